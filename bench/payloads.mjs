// The webhooks that the benchmark sends: GitHub's own examples, cut or grown to an exact size.
// The same versions of Node and of the examples give the same bytes.

import { createHash, createHmac } from "node:crypto";
import { createRequire } from "node:module";

const examples = createRequire(import.meta.url)("@octokit/webhooks-examples");

export const SECRET = "bench-hook-secret";

const DELIVERY = "72d3162e-cc78-11e3-81ab-4c9367dc0958";
const PROSE = "The quick brown fox reviews the change and finds nothing to add. ";

/** One payload a size: `{ size, event, delivery, signature, body, request }`; `request` is the bytes that are sent. */
export function payloads() {
  return [
    payload("1KB", 1024, "repository", smallRepository()),
    payload("8KB", 8 * 1024, "repository", transferred()),
    payload("25KB", 25 * 1024, "pull_request", pullRequest()),
    payload("200KB", 200 * 1024, "push", push(200 * 1024)),
  ];
}

function payload(size, length, event, value) {
  const room = length - JSON.stringify(value).length;
  if (room < 0) {
    throw new Error(
      `the ${size} payload is ${-room} bytes too long: its example has changed, cut it in payloads.mjs`,
    );
  }
  // The examples keep to ASCII, so that characters are bytes.
  value.repository.description = (value.repository.description ?? "") + prose(room - descriptionCost(value));
  const body = Buffer.from(JSON.stringify(value));
  if (body.length !== length) {
    throw new Error(`the ${size} payload came out with ${body.length} bytes`);
  }
  const signature = `sha256=${hmac("sha256", body)}`;
  return { size, event, delivery: DELIVERY, signature, body, request: request(event, signature, body) };
}

// A null description becomes two quotes.
function descriptionCost(value) {
  return value.repository.description === null ? -2 : 0;
}

/** The request as GitHub sends it, over HTTP/1.1. */
function request(event, signature, body) {
  const head = [
    "POST /hooks/github HTTP/1.1",
    "Host: relay.example",
    "User-Agent: GitHub-Hookshot/044aadd",
    "Accept: */*",
    "Content-Type: application/json",
    `Content-Length: ${body.length}`,
    `X-GitHub-Delivery: ${DELIVERY}`,
    `X-GitHub-Event: ${event}`,
    "X-GitHub-Hook-ID: 292430182",
    "X-GitHub-Hook-Installation-Target-ID: 79929171",
    "X-GitHub-Hook-Installation-Target-Type: repository",
    `X-Hub-Signature: sha1=${hmac("sha1", body)}`,
    `X-Hub-Signature-256: ${signature}`,
  ];
  return Buffer.concat([Buffer.from(`${head.join("\r\n")}\r\n\r\n`), body]);
}

function hmac(hash, body) {
  return createHmac(hash, SECRET).update(body).digest("hex");
}

function example(name, matches) {
  const found = examples.find((kind) => kind.name === name)?.examples.find(matches);
  if (!found) {
    throw new Error(`@octokit/webhooks-examples has no ${name} of the wanted shape any more`);
  }
  return structuredClone(found);
}

// No GitHub event about a repository is as small as 1 KB; most of one is links, so they go.
function smallRepository() {
  const { action, repository, organization, sender } = example("repository", (event) => event.organization);
  const pick = (value, ...names) => Object.fromEntries(names.map((name) => [name, value[name]]));
  const user = (value) =>
    pick(value, "login", "id", "node_id", "avatar_url", "html_url", "type", "site_admin");
  return {
    action,
    repository: {
      ...pick(repository, "id", "node_id", "name", "full_name", "private"),
      owner: user(repository.owner),
      ...pick(
        repository,
        "html_url",
        "description",
        "fork",
        "created_at",
        "updated_at",
        "pushed_at",
        "default_branch",
      ),
    },
    organization: pick(organization, "login", "id"),
    sender: user(sender),
  };
}

function transferred() {
  return example("repository", (event) => event.action === "transferred" && event.organization);
}

function pullRequest() {
  return example("pull_request", (event) => event.action === "assigned" && event.organization);
}

// A push of as many commits as there is room for.
function push(length) {
  const value = example("push", (event) => event.organization);
  const [commit] = example("push", (event) => event.commits.length > 0).commits;
  value.ref = "refs/heads/main";
  const sha = (text) => createHash("sha1").update(text).digest("hex");
  const commits = [];
  let room = length - JSON.stringify(value).length;
  for (let i = 0; ; i++) {
    const id = sha(`commit ${i}`);
    const grown = {
      ...commit,
      id,
      tree_id: sha(`tree ${i}`),
      message: `Change number ${i}\n\n${prose(60 + (i % 5) * 40)}`,
      url: commit.url.replace(/[^/]*$/, id),
      added: [`src/module_${i % 17}/new_${i}.rs`],
      modified: [`src/module_${i % 17}/mod.rs`, "Cargo.lock", "README.md"],
    };
    room -= JSON.stringify(grown).length + 1;
    if (room < 0) {
      break;
    }
    commits.push(grown);
  }
  value.commits = commits;
  value.head_commit = null;
  return value;
}

function prose(length) {
  return PROSE.repeat(Math.ceil(Math.max(length, 0) / PROSE.length)).slice(0, Math.max(length, 0));
}
