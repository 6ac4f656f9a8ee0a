// Values out of structures that anybody may have made.

/** @import {Token} from "./index.js" */

import { ATTRIBUTE, NAME, parseToken } from "./token.js";

/** @param {unknown} value @returns {value is Record<string, unknown>} */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/**
 * What stands at a path of names; undefined where it leads nowhere.
 *
 * @param {unknown} value @param {...string} path @returns {unknown}
 */
export function at(value, ...path) {
  let found = value;
  for (const name of path) {
    if (!isObject(found) || !Object.hasOwn(found, name)) return undefined;
    found = found[name];
  }
  return found;
}

/** What a text is in JSON; undefined if it is none. @param {unknown} text @returns {unknown} */
export function parse(text) {
  if (typeof text !== "string") return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The same for a text that is worth it: the name is in it. @param {unknown} text */
export function parseIfNamed(text) {
  const named = typeof text === "string" && (text.includes(NAME) || text.includes(ATTRIBUTE));
  return named ? parse(text) : undefined;
}

/**
 * What the decision is called in an object: CloudEvents allow letters and digits only.
 *
 * @param {unknown} found
 */
export function keyIn(found) {
  return typeof at(found, "specversion") === "string" ? ATTRIBUTE : NAME;
}

/**
 * The decision under its key in an object.
 *
 * @param {unknown} found @returns {Token | null}
 */
export function fromObject(found) {
  return parseToken(at(found, keyIn(found))) ?? parseToken(at(found, NAME));
}
