// What proves to Entra who the relay is, on workerd: certificates, and credentials that follow one another.

import assert from "node:assert/strict";
import { createHash, randomUUID, X509Certificate } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { createServer, request as httpRequest } from "node:http";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { jwtVerify } from "jose";
import { startAzure } from "../scripts/azure.mjs";
import { root } from "../scripts/setup.mjs";
import { startWorker, writeRelay } from "../scripts/worker.mjs";
import { selfSigned } from "./support/certificate.mjs";

const STREAM = "Custom-Events";
const DCR = readFileSync(join(root, "tests", "fixtures", "worker", "DCR.json"), "utf8");
const DAY_MS = 86_400_000;
const TOKEN = "the-token-of-events";
const SECRETS = {
  AZURE_CLIENT_SECRET: "a~Q8+b&c%d=e f",
  AZURE_CLIENT_SECRET_2: "the second secret",
  HOOK_EVENTS_SECRET: TOKEN,
};
const ids = {
  tenant_id: "aaaabbbb-0000-cccc-1111-dddd2222eeee",
  client_id: "00001111-aaaa-2222-bbbb-3333cccc4444",
  dcr_immutable_id: "dcr-0123456789abcdef0123456789abcdef",
};
const pair = selfSigned(new Date(Date.now() + 20 * DAY_MS));
SECRETS.AZURE_CLIENT_CERTIFICATE = pair.key + pair.certificate;

/** Local Azure with two client secrets and the certificate, and what Entra was sent. */
async function startWatched() {
  const azure = await startAzure({
    dcr: DCR,
    ...ids,
    client_secret: SECRETS.AZURE_CLIENT_SECRET,
    second_secret: SECRETS.AZURE_CLIENT_SECRET_2,
    certificate: pair.certificate,
  });
  const forms = [];
  const server = createServer(async (request, response) => {
    const chunks = await Array.fromAsync(request);
    const { method, url: path, headers } = request;
    if (path.endsWith("/token")) forms.push(new URLSearchParams(Buffer.concat(chunks).toString()));
    const onward = httpRequest(azure.url, { method, path, headers }, (answer) => {
      response.writeHead(answer.statusCode, answer.headers);
      answer.pipe(response);
    });
    onward.end(Buffer.concat(chunks));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await azure.stop();
  };
  return { ...azure, forms, url: `http://127.0.0.1:${server.address().port}`, stop };
}

/** A relay whose `azure` has these members besides, and what is asked of it. */
async function startRelay(name, azure, members) {
  const relay = JSON.stringify({
    azure: { ...ids, dce_endpoint: azure.url, stream_name: STREAM, ...members },
    hooks: { events: { source: "bearer", columns: { Actor: ".who" } } },
  });
  const folder = join(root, ".wrangler", name);
  rmSync(folder, { recursive: true, force: true });
  const worker = await startWorker({
    config: writeRelay(folder, { relay, dcr: DCR }),
    vars: { DEVELOPMENT: "1", ...SECRETS },
  });
  const health = async () => (await fetch(`${worker.url}/healthz`)).json();
  /** Sends an event; gives the status and the name by which its row is found. */
  const send = async () => {
    const who = randomUUID();
    const headers = { authorization: `Bearer ${TOKEN}` };
    const body = JSON.stringify({ who });
    const response = await fetch(`${worker.url}/hooks/events`, { method: "POST", headers, body });
    await response.text();
    return { status: response.status, who };
  };
  /** The log's lines of credentials, once there are so many: they come a little later than the answers. */
  const lines = async (count) => {
    const found = () => worker.output().match(/\{"log":"credential".*\}/g) ?? [];
    for (let i = 0; i < 100 && found().length < count; i += 1) await sleep(50);
    return found();
  };
  return { ...worker, health, send, lines };
}

/** Sends an event and asserts that its row is there once. */
async function delivered(worker, azure) {
  const { status, who } = await worker.send();
  assert.equal(status, 200, worker.output().slice(-3000));
  assert.equal(azure.rows(STREAM).filter((row) => row.Actor === who).length, 1);
}

for (const algorithm of ["PS256", "RS256"]) {
  describe(`a certificate, by ${algorithm}`, () => {
    let azure;
    let worker;

    before(async () => {
      azure = await startWatched();
      const secret = ["AZURE_CLIENT_CERTIFICATE", "AZURE_CLIENT_SECRET"];
      const name = `certificate-${algorithm.toLowerCase()}`;
      worker = await startRelay(name, azure, { secret, assertion: algorithm });
    });

    after(async () => {
      await worker?.stop();
      await azure?.stop();
    });

    test("brings a token for a delivery", async () => {
      await delivered(worker, azure);
      assert.equal((await worker.health()).credential, "AZURE_CLIENT_CERTIFICATE");
      assert.equal(azure.forms.length, 1);
      const [form] = azure.forms;
      assert.equal(form.get("client_secret"), null);
      const { payload, protectedHeader } = await jwtVerify(form.get("client_assertion"), pair.publicKey, {
        algorithms: [algorithm],
        audience: `${azure.url}/${ids.tenant_id}/oauth2/v2.0/token`,
        issuer: ids.client_id,
        subject: ids.client_id,
        requiredClaims: ["jti", "nbf", "iat"],
      });
      assert.equal(payload.exp - payload.nbf, 600);
      assert.match(payload.jti, /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/);
      const { raw } = new X509Certificate(pair.certificate);
      const print = (hash) => createHash(hash).update(raw).digest("base64url");
      const named = algorithm === "PS256" ? { "x5t#S256": print("sha256") } : { x5t: print("sha1") };
      assert.deepEqual(protectedHeader, { alg: algorithm, typ: "JWT", ...named });
    });

    test("says that it ends soon, once in the log and at /healthz", async () => {
      await delivered(worker, azure);
      const { warnings } = await worker.health();
      assert.deepEqual(
        warnings.map(({ credential }) => credential),
        ["AZURE_CLIENT_CERTIFICATE"],
      );
      assert.match(warnings[0].check, /^it expires on \d{4}-\d\d-\d\d: /);
      const lines = await worker.lines(1);
      assert.equal(lines.length, 1, lines.join("\n"));
    });

    test("gives way to the client secret when Entra refuses it, without a failed delivery", async () => {
      azure.fault("revoke=certificate");
      azure.fault("expire");
      await delivered(worker, azure);
      const { credential, warnings } = await worker.health();
      assert.equal(credential, "AZURE_CLIENT_SECRET");
      assert.match(
        warnings[0].check,
        /^it no longer works: .*AADSTS700027.*wrangler secret put AZURE_CLIENT_CERTIFICATE/,
      );
      assert.ok(!worker.output().includes("PRIVATE KEY"));
    });
  });
}

describe("two client secrets", () => {
  let azure;
  let worker;

  before(async () => {
    azure = await startWatched();
    const secret = ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET_2"];
    worker = await startRelay("two-secrets", azure, { secret });
  });

  after(async () => {
    await worker?.stop();
    await azure?.stop();
  });

  test("the second takes over from a revoked one, without a failed delivery", async () => {
    await delivered(worker, azure);
    const sent = [];
    for (let round = 0; round < 20; round += 1) {
      if (round === 10) {
        azure.fault("revoke=secret");
        azure.fault("expire");
      }
      sent.push(...(await Promise.all(Array.from({ length: 10 }, () => worker.send()))));
    }
    assert.deepEqual([...new Set(sent.map(({ status }) => status))], [200]);
    const there = azure.rows(STREAM).map((row) => row.Actor);
    assert.equal(sent.filter(({ who }) => there.filter((name) => name === who).length !== 1).length, 0);
    assert.deepEqual(
      azure.forms.map((form) => form.get("client_secret")),
      [SECRETS.AZURE_CLIENT_SECRET, SECRETS.AZURE_CLIENT_SECRET, SECRETS.AZURE_CLIENT_SECRET_2],
    );
  });

  test("the log and /healthz name the one that no longer works", async () => {
    const { status, credential, warnings } = await worker.health();
    assert.equal(status, "ok");
    assert.equal(credential, "AZURE_CLIENT_SECRET_2");
    assert.deepEqual(
      warnings.map((warning) => warning.credential),
      ["AZURE_CLIENT_SECRET"],
    );
    assert.match(warnings[0].check, /no longer works.*AADSTS7000215/);
    const said = (await worker.lines(2)).map((line) => JSON.parse(line).credential);
    assert.deepEqual(said, ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET_2"]);
    for (const name of ["AZURE_CLIENT_SECRET", "AZURE_CLIENT_SECRET_2"]) {
      assert.ok(!worker.output().includes(SECRETS[name]), name);
    }
  });

  test("neither works: two requests and no storm", async () => {
    azure.fault("revoke=second-secret");
    azure.fault("expire");
    const before = azure.forms.length;
    const answers = [];
    for (let i = 0; i < 30; i += 1) answers.push((await worker.send()).status);
    assert.deepEqual([...new Set(answers)], [503]);
    assert.equal(azure.forms.length - before, 2);
    const { last_error } = await worker.health();
    assert.equal(last_error.code, "entra_configuration");
    assert.match(last_error.check, /AZURE_CLIENT_SECRET: .*AZURE_CLIENT_SECRET_2: /);
  });
});
