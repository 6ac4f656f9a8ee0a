// The decision in the records of streams and brokers, and in the images of items.

import { Buffer } from "node:buffer";
import { at, fromObject, isObject, parseIfNamed } from "./json.js";
import { NAME, parseToken } from "./token.js";

/** @import {Token} from "./index.js" */

const utf8 = new TextDecoder("utf-8", { fatal: true });

/**
 * The decision of a record of Kinesis, DynamoDB, Kafka, MQ or Firehose. `opened` reads an
 * envelope, which a bus or a topic may have sent there.
 *
 * @param {unknown} record @param {(envelope: unknown) => Token | null} opened
 * @returns {Token | null}
 */
export function fromStream(record, opened) {
  const change = at(record, "dynamodb");
  if (change !== undefined) {
    // Of an item that was removed the old image is the last that there was.
    const image = at(record, "eventName") === "REMOVE" ? "OldImage" : "NewImage";
    return parseToken(at(change, image, NAME, "S"));
  }
  const value = at(record, "value");
  if (value !== undefined) return fromKafka(at(record, "headers")) ?? fromData(value, opened);
  const kinesis = at(record, "kinesis");
  return fromData(at(isObject(kinesis) ? kinesis : record, "data"), opened);
}

/**
 * @param {unknown} data JSON as UTF-8 as base64
 * @param {(envelope: unknown) => Token | null} opened
 */
function fromData(data, opened) {
  if (typeof data !== "string") return null;
  try {
    const found = parseIfNamed(utf8.decode(Buffer.from(data, "base64")));
    return fromObject(found) ?? opened(found);
  } catch {
    return null;
  }
}

/** @param {unknown} headers a list of one name each, with bytes, which may be signed */
function fromKafka(headers) {
  const all = Array.isArray(headers) ? headers : [];
  const bytes = all.map((header) => at(header, NAME)).find((found) => found !== undefined);
  return parseToken(Array.isArray(bytes) ? Buffer.from(bytes).toString("latin1") : bytes);
}
