// How a decision gets into what is sent. Nothing given is changed; where the decision
// doesn't fit, or an attribute has one already, what was given comes back as it is.

import { Buffer } from "node:buffer";
import { current } from "./current.js";
import { baggageOf, fits } from "./headers.js";
import { isObject, keyIn, parse } from "./json.js";
import { NAME, formatToken } from "./token.js";

/** @import {Token} from "./index.js" */

const MAX_ATTRIBUTES = 10;
// The smallest of the services' limits on a request, a batch's messages together.
const MAX_BYTES = 256 * 1024;
// What Lambda takes of base64.
const MAX_CLIENT_CONTEXT = 3583;
// What a message grows by besides the token: the attribute's name and type, or the key.
const ENVELOPE_BYTES = 64;
const BATCHES = /** @type {const} */ (["Entries", "PublishBatchRequestEntries"]);

/**
 * An SNS or SQS request, single or batch, whose messages carry the decision.
 *
 * @type {typeof import("./index.js").withAttribute}
 */
export function withAttribute(request, token = current()) {
  const text = written(token);
  if (!text) return request;
  const value = { DataType: "String", StringValue: text };
  return each(request, text, (message) => {
    const given = message.MessageAttributes ?? {};
    if (NAME in given || Object.keys(given).length >= MAX_ATTRIBUTES) return message;
    return { ...message, MessageAttributes: { ...given, [NAME]: value } };
  });
}

/**
 * A PutEvents request whose events carry the decision in their detail.
 *
 * @type {typeof import("./index.js").withDetail}
 */
export function withDetail(request, token = current()) {
  const decision = written(token);
  if (!decision) return request;
  return each(request, decision, (entry) => {
    const detail = withKey(entry.Detail, token);
    return detail === entry.Detail ? entry : { ...entry, Detail: detail };
  });
}

/**
 * JSON text of an object, with the decision as one more key: the input of a state
 * machine, the payload of an asynchronous invocation, the data of a Kinesis record.
 *
 * @type {typeof import("./index.js").withKey}
 */
export function withKey(text, token = current()) {
  const decision = written(token);
  if (!decision || typeof text !== "string") return text;
  const parsed = parse(text);
  if (!isObject(parsed)) return text;
  const key = keyIn(parsed);
  if (parsed[key] === decision) return text;
  // A stranger's may have been passed on: ours takes its place, in a text written anew.
  if (Object.hasOwn(parsed, key)) return JSON.stringify({ ...parsed, [key]: decision });
  const head = text.slice(0, text.lastIndexOf("}"));
  const comma = Object.keys(parsed).length ? "," : "";
  // Spliced in: a number too long for JavaScript stays as it was written.
  const grown = `${head}${comma}"${key}":"${decision}"${text.slice(head.length)}`;
  return Buffer.byteLength(grown) > MAX_BYTES ? text : grown;
}

/**
 * Headers for a request to one of these hosts; as they are for any other.
 *
 * @type {typeof import("./index.js").withHeader}
 */
export function withHeader(headers, url, hosts, token = current()) {
  const ours = URL.canParse(url) && hosts.includes(new URL(url).hostname);
  const there = Object.keys(headers).some((name) => name.toLowerCase() === NAME);
  const decision = written(token);
  if (!decision || !ours || there) return headers;
  return { ...headers, [NAME]: decision };
}

/**
 * A ClientContext for a synchronous invocation, base64 as Invoke takes it.
 *
 * @type {typeof import("./index.js").withClientContext}
 */
export function withClientContext(given, token = current()) {
  const parsed = given ? parse(Buffer.from(given, "base64").toString()) : {};
  const decision = written(token);
  if (!decision || !isObject(parsed)) return given;
  const custom = parsed["custom"] ?? {};
  if (!isObject(custom) || NAME in custom) return given;
  const grown = { ...parsed, custom: { ...custom, [NAME]: decision } };
  const text = Buffer.from(JSON.stringify(grown)).toString("base64");
  return text.length > MAX_CLIENT_CONTEXT ? given : text;
}

/**
 * A W3C header `baggage` with the decision as one more member.
 *
 * @type {typeof import("./index.js").withBaggage}
 */
export function withBaggage(header, token = current()) {
  const decision = written(token);
  if (!decision || baggageOf(header).length) return header;
  const ours = `${NAME}=${decision}`;
  const grown = header?.trim() ? `${header},${ours}` : ours;
  return fits(grown) ? grown : header;
}

/** @param {Token | null} token */
function written(token) {
  return token?.members.length ? formatToken(token) : null;
}

/**
 * A request with every message changed, unless it would get too big.
 *
 * @param {any} request @param {string} token @param {(message: any) => any} change
 */
function each(request, token, change) {
  const key = BATCHES.find((name) => Array.isArray(request[name]));
  const count = key ? request[key].length : 1;
  if (weight(request) + count * (token.length + ENVELOPE_BYTES) > MAX_BYTES) return request;
  return key ? { ...request, [key]: request[key].map(change) } : change(request);
}

/**
 * The bytes of all texts, and a little more: names of parameters count too.
 *
 * @param {unknown} value @returns {number}
 */
function weight(value) {
  if (typeof value === "string") return Buffer.byteLength(value);
  if (value instanceof Uint8Array) return value.byteLength;
  if (typeof value !== "object" || value === null) return 0;
  const parts = Object.entries(value).map(([name, part]) => name.length + weight(part));
  return parts.reduce((sum, part) => sum + part, 0);
}
