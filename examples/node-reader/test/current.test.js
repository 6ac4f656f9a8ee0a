// The decision that is in force while a handler runs.

import assert from "node:assert/strict";
import { setImmediate as pause } from "node:timers/promises";
import { test } from "node:test";
import { NAME, current, formatToken, inDecision, parseToken, recordsOf, withDecision } from "../index.js";

const GREEN = "v1~shop.green.12";
const BLUE = "v1~shop.blue.12";
const now = () => {
  const token = current();
  return token && formatToken(token);
};

test("outside of a handler none is in force", () => {
  assert.equal(current(), null);
});

test("a handler's awaits, timers and promises have its event's decision", async () => {
  const handler = withDecision(async () => {
    await pause();
    return Promise.all([now(), new Promise((done) => setTimeout(() => done(now()), 1))]);
  });
  assert.deepEqual(await handler({ headers: { [NAME]: GREEN } }, {}), [GREEN, GREEN]);
  assert.equal(current(), null);
});

test("events that run side by side don't see each other's", async () => {
  const handler = withDecision(async (/** @type {object} */ _event, /** @type {object} */ _context) => {
    await pause();
    return now();
  });
  const events = [GREEN, BLUE, null].map((token) => handler({ [NAME]: token }, {}));
  assert.deepEqual(await Promise.all(events), [GREEN, BLUE, null]);
});

test("a record without a decision doesn't get its neighbour's", async () => {
  const attribute = { [NAME]: { stringValue: GREEN, dataType: "String" } };
  const event = { Records: [{ messageAttributes: attribute }, { messageAttributes: {} }] };
  const handler = withDecision(() => recordsOf(event).map(([, decision]) => inDecision(decision, now)));
  assert.deepEqual(handler({ [NAME]: BLUE }, {}), [GREEN, null]);
});

test("a handler gets what it got without us, and its answer and error come through", async () => {
  const handler = withDecision((...given) => given);
  const [event, context] = [{ headers: null }, { awsRequestId: "1" }];
  assert.deepEqual(handler(event, context, "callback"), [event, context, "callback"]);
  const failing = withDecision(async () => Promise.reject(new Error("theirs")));
  await assert.rejects(async () => failing(event, context), /theirs/);
});

test("nothing but a token sets a decision", () => {
  for (const text of ["", "v2~shop.green.12", undefined]) assert.equal(parseToken(text), null);
});
