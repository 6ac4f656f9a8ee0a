// The decision that is in force here, in everything that is awaited from here.

import { AsyncLocalStorage } from "node:async_hooks";
import { fromEvent } from "./carriers.js";

/** @import {Token} from "./index.js" */

/** @type {AsyncLocalStorage<Token | null>} */
const storage = new AsyncLocalStorage();

/**
 * The decisions in force here; null if there are none.
 *
 * @type {typeof import("./index.js").current}
 */
export function current() {
  return storage.getStore() ?? null;
}

/**
 * Run something with these decisions in force, and return what it returns.
 *
 * @type {typeof import("./index.js").inDecision}
 */
export function inDecision(decision, work) {
  return storage.run(decision, work);
}

/**
 * A handler that has its event's decision in force while it runs.
 *
 * @type {typeof import("./index.js").withDecision}
 */
export function withDecision(handler) {
  return (event, context, ...rest) =>
    inDecision(fromEvent(event, context), () => handler(event, context, ...rest));
}
