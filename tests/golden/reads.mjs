// Reads one JSON event a line and writes what it carries: see test_wire_node.py.

import { createInterface } from "node:readline";
import { formatToken, fromEvent, recordsOf } from "../../examples/node-reader/index.js";

for await (const line of createInterface({ input: process.stdin })) {
  const event = JSON.parse(line);
  const found = [fromEvent(event), ...recordsOf(event).map(([, decision]) => decision)];
  console.log(JSON.stringify(found.map((token) => token && formatToken(token))));
}
