// The golden vectors that every reader and writer of the wire format goes by.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import * as canary from "../index.js";

const path = new URL("../../../tests/golden/wire.json", import.meta.url);
const wire = JSON.parse(readFileSync(path, "utf-8"));

/** @param {canary.Token | null} token */
const text = (token) => token && canary.formatToken(token);

for (const { why, text: given, members, written } of wire.tokens) {
  test(`token: ${why}`, () => {
    const token = canary.parseToken(given);
    assert.deepEqual(token, members && { members });
    assert.equal(text(token) ?? undefined, written);
  });
}

for (const { why, event, client_context, decision, records } of wire.events) {
  test(`event: ${why}`, () => {
    const before = structuredClone(event);
    const context = { clientContext: client_context };
    assert.equal(text(canary.fromEvent(event, context)), decision);
    const found = canary.recordsOf(event, context);
    assert.deepEqual(found.map(([, one]) => text(one)), records ?? []);
    assert.deepEqual(event, before);
  });
}

for (const { why, into, token, given, expected } of wire.writes) {
  test(`write: ${why}`, () => {
    const before = structuredClone(given);
    const [write, read] = [into === "detail" ? "withDetail" : "withAttribute", canary.parseToken(token)];
    assert.deepEqual(canary[/** @type {"withDetail"} */ (write)](given, read), expected);
    assert.deepEqual(given, before);
  });
}

for (const { why, text: given, decision } of wire.baggage) {
  test(`baggage: ${why}`, () => {
    assert.equal(text(canary.fromBaggage(given)), decision);
  });
}
