// A short run of `npm run chaos`: workerd is killed, Azure, the network, the queue and the bucket fail, and not one
// event that was acknowledged is missing.

import assert from "node:assert/strict";
import { before, test } from "node:test";
import { chaos, table } from "../scripts/chaos.mjs";

/** What has to have happened, or the run proves nothing. */
const FAULTS = [
  "workerd: killed",
  "Azure: 400 InvalidStream",
  "Azure: 400 for a row",
  "Azure: 401",
  "Azure: 403",
  "Azure: 404",
  "Azure: 429",
  "Azure: 500",
  "Azure: 503",
  "Azure: closed the connection",
  "Entra: 429",
  "Entra: closed the connection",
  "Entra: the secret has expired",
  "network: lost a request",
  "network: lost a reply",
  "network: slow",
  "queue: refuses",
  "queue: stores and refuses",
  "queue: gave a message to two consumers",
  "bucket: out of order",
  "bucket: put stored the object and failed",
  "sender: an event of 250 KB",
  "sender: an event of which the mapping makes nothing",
  "sender: a row that fits no call",
  "sender: an event on which the core traps",
];

let result;

before(async () => {
  result = await chaos({ seconds: 30, seed: 5 });
  process.stdout.write(`${table(result)}\n`);
});

test("not one acknowledged event is missing", () => {
  assert.deepEqual(result.missing, [], result.output.slice(-6000));
  assert.equal(result.counts.waiting, 0);
  assert.ok(result.counts.acknowledged > 100);
});

test("nothing is in the table that was never sent", () => {
  assert.deepEqual(result.unsent, []);
});

test("every fault struck", () => {
  const garbage = Object.keys(result.faults).filter((fault) => fault.includes("none of the API's"));
  assert.ok(garbage.length > 0);
  assert.deepEqual(
    FAULTS.filter((fault) => !(result.faults[fault] > 0)),
    [],
  );
});

test("what can never succeed is parked for its reason", () => {
  for (const reason of ["events_missing", "row_refused", "row_too_large", "trap"]) {
    assert.ok(result.parked[reason] > 0, reason);
  }
});
