// The decision in HTTP headers, single or multi-value, and in W3C baggage.

import { Buffer } from "node:buffer";
import { at, isObject } from "./json.js";
import { NAME, parseToken } from "./token.js";

/** @import {Token} from "./index.js" */

/** @param {unknown} event @returns {Token | null} */
export function fromHeaders(event) {
  const lists = named(at(event, "multiValueHeaders")).filter(Array.isArray).flat();
  return only(lists.length ? lists : named(at(event, "headers")));
}

/**
 * The decision in the header `baggage` of W3C, which only who asks for it gets.
 *
 * @type {typeof import("./index.js").fromBaggage}
 */
export function fromBaggage(text) {
  if (typeof text !== "string" || !fits(text)) return null;
  try {
    return only(baggageOf(text).map(decodeURIComponent));
  } catch {
    return null;
  }
}

/** What members of ours say. @param {string | undefined} header */
export function baggageOf(header) {
  return (header ?? "").split(",").flatMap((member) => {
    const [, key, value = ""] = /^\s*([^\s=]+)\s*=([^;]*)/.exec(member) ?? [];
    return key === NAME ? [value.trim()] : [];
  });
}

/** Whether all of a header must be passed on by everybody. @param {string} header */
export function fits(header) {
  return Buffer.byteLength(header) <= 8192 && header.split(",").length <= 64;
}

/** @param {unknown} headers @returns {unknown[]} */
function named(headers) {
  const all = isObject(headers) ? Object.entries(headers) : [];
  return all.filter(([name]) => name.toLowerCase() === NAME).map(([, value]) => value);
}

/**
 * The token of a place that may be filled more than once, all with the same. Front
 * doors join what came twice with commas, which no token has.
 *
 * @param {unknown[]} values @returns {Token | null}
 */
function only(values) {
  const parts = values.flatMap((value) => (typeof value === "string" ? value.split(",") : [value]));
  const trimmed = parts.map((part) => (typeof part === "string" ? part.trim() : part));
  return trimmed.every((part) => part === trimmed[0]) ? parseToken(trimmed[0]) : null;
}
