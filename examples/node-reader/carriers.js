// Where a decision travels in an event. Reading is total: what is of an unknown shape,
// and a token that is not one, read as no decision.

import { fromHeaders } from "./headers.js";
import { at, fromObject, isObject, parseIfNamed } from "./json.js";
import { fromStream } from "./streams.js";
import { NAME, agreed, parseToken } from "./token.js";

/** @import {Token} from "./index.js" */

// SNS in a queue, an event in that, a failure's report in that: and no further.
const DEEPEST = 4;
// What a decision among the resources of an event begins with.
const RESOURCE = `${NAME}:`;
// By this an IoT rule marks what a device says, whatever that looks like.
const IOT = "aws:iot";
// The session in which API Gateway sends what a client said into a queue, as it was said.
const GATEWAY = "BackplaneAssumeRoleSession";

// What has its records under a name that any payload may have, by its source.
const NAMES = new Map([
  ["SelfManagedKafka", "records"],
  ["aws:SelfManagedKafka", "records"],
  ["aws:amq", "messages"],
  ["aws:kafka", "records"],
  ["aws:mq", "messages"],
  ["aws:rmq", "rmqMessagesByQueue"],
]);

/**
 * The decision of a whole event: for a batch, what all its records agree on.
 *
 * @type {typeof import("./index.js").fromEvent}
 */
export function fromEvent(event, context) {
  return forAll(event, context) ?? within(event, DEEPEST);
}

/**
 * The records of a batch, each with its own decision; nothing if it is no batch.
 *
 * @type {typeof import("./index.js").recordsOf}
 */
export function recordsOf(event, context) {
  const decision = forAll(event, context);
  return (listRecords(event) ?? []).map((record) => [record, decision ?? fromRecord(record)]);
}

/**
 * The decision of one record, or of what was put inside it.
 *
 * @type {typeof import("./index.js").fromRecord}
 */
export function fromRecord(record) {
  return ofRecord(record, DEEPEST);
}

/**
 * What a caller sets beside a payload, or as a key of it: it holds for all of it.
 *
 * @param {unknown} event @param {unknown} [context]
 */
function forAll(event, context) {
  const beside = at(context, "clientContext");
  return (
    // As the caller spelt it, and as AWS documents it for Node.js.
    parseToken(at(beside, "custom", NAME)) ??
    parseToken(at(beside, "Custom", NAME)) ??
    (at(event, "eventSource") === IOT ? null : fromObject(event))
  );
}

/** @param {unknown} event @param {number} deeper @returns {Token | null} */
function within(event, deeper) {
  if (at(event, "eventSource") === IOT) return null;
  const records = listRecords(event);
  if (records) return agreed(records.map((record) => ofRecord(record, deeper)));
  if (isFromBus(event)) return ofBus(event, deeper);
  const detail = at(event, "detail");
  if (detail !== undefined && detail !== null) {
    return fromObject(detail) ?? fromResources(event) ?? failed(detail, deeper);
  }
  return (
    fromHeaders(event) ??
    fromHeaders(at(event, "request")) ??
    failed(event, deeper) ??
    ofExecution(event)
  );
}

/** The decision among an EventBridge event's resources. @param {unknown} event */
function fromResources(event) {
  const listed = at(event, "detail-type") === undefined ? null : at(event, "resources");
  const texts = (Array.isArray(listed) ? listed : []).filter(
    (text) => typeof text === "string" && text.startsWith(RESOURCE),
  );
  const [text] = texts;
  return texts.every((other) => other === text) ? parseToken(text?.slice(RESOURCE.length)) : null;
}

/**
 * What an execution began with, in a task that hands it on: in its context object, or as
 * `input` beside a token to call back with.
 *
 * @param {unknown} event
 */
function ofExecution(event) {
  const places = [event, at(event, "Context"), at(event, "context")];
  const execution = places.map((place) => at(place, "Execution")).find(isObject);
  if (execution) return fromObject(at(execution, "Input"));
  const waits = Object.entries(isObject(event) ? event : {}).some(
    ([name, value]) => name.toLowerCase().endsWith("token") && value,
  );
  if (!waits) return null;
  return fromObject(at(event, "input")) ?? fromObject(at(event, "Input"));
}

/** Whether a Custom Event Bus delivers it together with its metadata. @param {unknown} event */
function isFromBus(event) {
  return isObject(event) && "SystemMetadata" in event && "Data" in event;
}

/** @param {unknown} event @param {number} deeper @returns {Token | null} */
function ofBus(event, deeper) {
  const data = at(event, "Data");
  const inside = isObject(data) ? forAll(data) ?? within(data, deeper) : null;
  return fromObject(at(event, "Metadata")) ?? inside;
}

/** @param {unknown} record @param {number} deeper @returns {Token | null} */
function ofRecord(record, deeper) {
  // The router's own word, in a record whose source has no attributes.
  const beside = fromObject(record);
  if (beside || !isObject(record)) return beside;
  const sns = at(record, "Sns");
  if (isObject(sns)) return message(sns, deeper);
  if ("body" in record || "messageAttributes" in record) return queued(record, deeper);
  const request = at(record, "request") ?? null;
  if (request !== null) return fromHeaders(request);
  if ("detail-type" in record || isFromBus(record)) return within(record, deeper);
  return fromStream(record, (data) => opened(data, deeper));
}

/** What SNS delivers. @param {unknown} sns @param {number} deeper @returns {Token | null} */
function message(sns, deeper) {
  const attributes = at(sns, "MessageAttributes");
  return parseToken(at(attributes, NAME, "Value")) ?? sent(at(sns, "Message"), attributes, deeper);
}

/** What a queue delivers. @param {unknown} record @param {number} deeper */
function queued(record, deeper) {
  const attributes = at(record, "messageAttributes");
  const attribute = parseToken(at(attributes, NAME, "stringValue"));
  const sender = at(record, "attributes", "SenderId");
  const said = typeof sender === "string" && sender.endsWith(GATEWAY);
  if (attribute || (said && at(attributes, "ErrorCode") === undefined)) return attribute;
  return sent(at(record, "body"), attributes, deeper);
}

/**
 * What is in a message: in Lambda's own dead-letter queue or topic the event that failed.
 *
 * @param {unknown} text @param {unknown} attributes @param {number} deeper
 * @returns {Token | null}
 */
function sent(text, attributes, deeper) {
  const failure = at(attributes, "ErrorCode") !== undefined;
  return failure ? inner(parseIfNamed(text), deeper) : enveloped(text, deeper);
}

/**
 * The decision in an envelope of SNS, EventBridge or Lambda. Any other text is the
 * sender's own, and not searched.
 *
 * @param {unknown} text @param {number} deeper @returns {Token | null}
 */
function enveloped(text, deeper) {
  return deeper > 0 ? opened(parseIfNamed(text), deeper) : null;
}

/** The same for what is parsed already. @param {unknown} envelope @param {number} deeper @returns {Token | null} */
function opened(envelope, deeper) {
  if (deeper <= 0) return null;
  if (at(envelope, "Type") === "Notification") return message(envelope, deeper - 1);
  const known = isObject(envelope) && ("detail-type" in envelope || "requestPayload" in envelope);
  return known || isFromBus(envelope) ? within(envelope, deeper - 1) : null;
}

/** What a report to a destination is about. @param {unknown} report @param {number} deeper */
function failed(report, deeper) {
  return inner(at(report, "requestPayload"), deeper);
}

/** An event inside of another. @param {unknown} event @param {number} deeper @returns {Token | null} */
function inner(event, deeper) {
  return deeper > 0 ? forAll(event) ?? within(event, deeper - 1) : null;
}

/**
 * All records, whatever the source calls them; undefined if there is no such list.
 *
 * @param {unknown} event @returns {unknown[] | undefined}
 */
function listRecords(event) {
  if (at(event, "eventSource") === IOT) return undefined;
  // AppSync's batches, and what EventBridge Pipes hand over.
  if (Array.isArray(event)) return event;
  const firehose = at(event, "deliveryStreamArn") !== undefined;
  const other = firehose ? "records" : NAMES.get(String(at(event, "eventSource")));
  const name = at(event, "Records") === undefined ? other : "Records";
  const found = name && at(event, name);
  if (Array.isArray(found)) return found;
  // Kafka and RabbitMQ have a list for each partition or queue.
  return isObject(found) ? Object.values(found).filter(Array.isArray).flat() : undefined;
}
