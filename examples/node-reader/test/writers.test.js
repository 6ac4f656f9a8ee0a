// What the golden vectors leave to each language: sizes, headers, ClientContext.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as canary from "../index.js";

const GREEN = canary.parseToken("v1~shop.green.12");
const TEXT = "v1~shop.green.12";
assert.ok(GREEN);

test("the decision in force is the one that is written", () => {
  assert.equal(canary.inDecision(GREEN, () => canary.withKey("{}")), `{"${canary.NAME}":"${TEXT}"}`);
});

test("without a decision everything goes as it is", () => {
  const [request, events, headers] = [{ MessageBody: "b" }, { Entries: [] }, { a: "b" }];
  assert.equal(canary.withAttribute(request), request);
  assert.equal(canary.withDetail(events), events);
  assert.equal(canary.withHeader(headers, "https://a/", ["a"]), headers);
  assert.equal(canary.withKey("{}"), "{}");
  assert.equal(canary.withClientContext(undefined), undefined);
  assert.equal(canary.withKey("{}", { members: [] }), "{}");
});

test("what it would make too big goes without it", () => {
  const request = { Entries: [{ MessageBody: "é".repeat(65_500) }, { MessageBody: "é".repeat(65_500) }] };
  assert.equal(canary.withAttribute(request, GREEN), request);
  const events = { Entries: [{ Detail: JSON.stringify({ a: "x".repeat(262_100) }) }] };
  assert.equal(canary.withDetail(events, GREEN), events);
  const input = JSON.stringify({ a: "x".repeat(262_100) });
  assert.equal(canary.withKey(input, GREEN), input);
});

test("only hosts that are listed get the header", () => {
  const given = { accept: "*/*" };
  const sent = canary.withHeader(given, "https://api.example.com/x", ["api.example.com"], GREEN);
  assert.deepEqual(sent, { accept: "*/*", [canary.NAME]: TEXT });
  for (const url of ["https://example.com/", "https://api.example.com.evil.org/", "https://evil.org/?api.example.com"]) {
    assert.equal(canary.withHeader(given, url, ["api.example.com"], GREEN), given);
  }
});

test("a header that is there stays, however it is spelt", () => {
  const given = { "Canary-Decision": "v1~shop.blue.1" };
  assert.equal(canary.withHeader(given, "https://a/", ["a"], GREEN), given);
});

test("a ClientContext is made, or grows, or stays", () => {
  /** @param {unknown} value */
  const encode = (value) => Buffer.from(JSON.stringify(value)).toString("base64");
  /** @param {string | undefined} text */
  const decode = (text) => JSON.parse(Buffer.from(text ?? "", "base64").toString());
  assert.deepEqual(decode(canary.withClientContext(undefined, GREEN)), { custom: { [canary.NAME]: TEXT } });
  const given = encode({ env: { a: 1 }, custom: { b: 2 } });
  const grown = { env: { a: 1 }, custom: { b: 2, [canary.NAME]: TEXT } };
  assert.deepEqual(decode(canary.withClientContext(given, GREEN)), grown);
  const others = [encode(grown), encode([1]), encode({ custom: 7 }), encode({ a: "x".repeat(2_650) }), "%%%"];
  for (const other of others) assert.equal(canary.withClientContext(other, GREEN), other);
});

test("what is written is read back", () => {
  const baggage = canary.withBaggage("a=b", GREEN);
  assert.equal(baggage, "a=b,canary-decision=v1~shop.green.12");
  assert.deepEqual(canary.fromBaggage(baggage), GREEN);
  const payload = JSON.parse(canary.withKey('{"order":1}', GREEN) ?? "");
  assert.deepEqual(canary.fromEvent(payload), GREEN);
});

test("baggage that is full, or has a decision, goes as it is", () => {
  const full = Array.from({ length: 64 }, (_, n) => `m${n}=1`).join();
  for (const header of [full, `m=${"x".repeat(8180)}`, `${canary.NAME}=v1~shop.blue.1`]) {
    assert.equal(canary.withBaggage(header, GREEN), header);
  }
  for (const header of [undefined, "", " "]) {
    assert.equal(canary.withBaggage(header, GREEN), `${canary.NAME}=${TEXT}`);
  }
});
