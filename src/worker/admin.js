// What operators do: with parked messages, list them, look at one, send one again, delete one; and with a hook whose
// product sends the secret, arm it and take that. No event comes this way.
import { timingSafeEqual } from "node:crypto";
import { arm, disarm, take } from "./hello.js";
import { hooks } from "./instance.js";

const PREFIX = "parked/";

/** How many parked messages a page of the list has. */
const PAGE = 100;

/**
 * GET    /admin/parked?hook=&reason=&cursor=   a page of the list: `{ parked: [{ key, reason, … }], cursor }`
 * GET    /admin/parked/<key>                   one of them, with its message; and `.body` for `.json`: its body
 * POST   /admin/parked/<key>                   puts it into the queue again
 * DELETE /admin/parked/<key>                   deletes it
 * POST   /admin/hooks/<hook>/arm               lets the hook keep the secret that its product sends next
 * DELETE /admin/hooks/<hook>/arm               takes that back
 * POST   /admin/hooks/<hook>/secret            gives the secret that has come, once
 *
 * A key goes without its `parked/`. Every request needs `Authorization: Bearer <ADMIN_TOKEN>`.
 */
export async function admin(request, env) {
  try {
    return await answer(request, env);
  } catch (error) {
    // The platform's failure, not the core's: whoever else is under way is not disturbed.
    console.error(JSON.stringify({ log: "admin", error: String(error) }));
    return problem(503, "unavailable", "the queue or the bucket did not answer; try again");
  }
}

async function answer(request, env) {
  if (!(await isOperator(request, env.ADMIN_TOKEN))) {
    return problem(401, "unauthorized", "this needs the bearer token ADMIN_TOKEN");
  }
  const { pathname, searchParams } = new URL(request.url);
  if (pathname === "/admin/parked") {
    return request.method === "GET" ? json(await list(env.BUCKET, searchParams)) : notAllowed("GET");
  }
  const [, name, what] = /^\/admin\/hooks\/([^/]+)\/(arm|secret)$/.exec(pathname) ?? [];
  if (name !== undefined) {
    return hello(request.method, name, what, env.BUCKET);
  }
  if (!pathname.startsWith("/admin/parked/")) {
    return problem(404, "not_found", "there is nothing here but /admin/parked and /admin/hooks");
  }
  const key = `${PREFIX}${decodeURIComponent(pathname.slice("/admin/parked/".length))}`;
  const readable = key.endsWith(".json") || (request.method === "GET" && key.endsWith(".body"));
  const object = readable ? await env.BUCKET.get(key) : null;
  if (object === null) {
    return problem(404, "not_parked", "nothing is parked under this key");
  }
  switch (request.method) {
    case "GET":
      return new Response(object.body, {
        headers: { "content-type": key.endsWith(".json") ? "application/json" : "application/octet-stream" },
      });
    case "POST": {
      if (!env.QUEUE) {
        return problem(409, "no_queue", "this Worker is bound to no queue");
      }
      const { message } = await object.json();
      await env.QUEUE.send(
        Uint8Array.from(atob(message), (char) => char.charCodeAt(0)),
        { contentType: "bytes" },
      );
      // The queue has it. The body of a large one stays where it is until it is delivered.
      await env.BUCKET.delete(key);
      return done("replayed", key);
    }
    case "DELETE":
      await env.BUCKET.delete([key, key.replace(/\.json$/, ".body")]);
      return done("deleted", key);
    default:
      return notAllowed("GET, POST, DELETE");
  }
}

/** Arms a hook, disarms it, or gives the secret that has come. */
async function hello(method, name, what, bucket) {
  const source = hooks.get(name)?.hello;
  if (source === undefined) {
    return hooks.has(name)
      ? problem(409, "no_hello", "the product of this hook sends no secret")
      : problem(404, "unknown_hook", "there is no such hook");
  }
  const log = (action) => console.log(JSON.stringify({ log: "admin", action, hook: name }));
  if (what === "arm" && method === "POST") {
    log("armed");
    return json({ armed: name, source, armed_until: await arm(bucket, name) });
  }
  if (what === "arm" && method === "DELETE") {
    log("disarmed");
    await disarm(bucket, name);
    return json({ disarmed: name });
  }
  if (what === "secret" && method === "POST") {
    const { secret, armed } = await take(bucket, name);
    if (secret === undefined) {
      const detail = armed ? "the hook is armed, and nothing has come yet" : "the hook is not armed";
      return problem(404, armed ? "not_come" : "not_armed", detail);
    }
    log("secret taken");
    const response = json({ secret });
    response.headers.set("cache-control", "no-store");
    return response;
  }
  return notAllowed(what === "arm" ? "POST, DELETE" : "POST");
}

async function list(bucket, wanted) {
  const hook = wanted.get("hook");
  const reason = wanted.get("reason");
  const page = await bucket.list({
    prefix: hook === null ? PREFIX : `${PREFIX}${hook}/`,
    cursor: wanted.get("cursor") ?? undefined,
    limit: PAGE,
    include: ["customMetadata"],
  });
  const parked = page.objects
    .filter(({ key }) => key.endsWith(".json"))
    .map(({ key, size, customMetadata: { v, ...summary } = {} }) => ({
      key: key.slice(PREFIX.length),
      ...summary,
      size,
    }))
    .filter((entry) => reason === null || entry.reason === reason);
  return { parked, ...(page.truncated ? { cursor: page.cursor } : {}) };
}

/** Compares digests, so that neither the time nor the length tells anything of the token. */
async function isOperator(request, token) {
  const digest = async (text) =>
    new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  const given = /^Bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  return timingSafeEqual(await digest(given ?? ""), await digest(token)) && given !== undefined;
}

function done(what, key) {
  console.log(JSON.stringify({ log: "admin", action: what, key }));
  return json({ [what]: key.slice(PREFIX.length) });
}

function json(value) {
  return new Response(JSON.stringify(value), { headers: { "content-type": "application/json" } });
}

function notAllowed(allow) {
  const response = problem(405, "method_not_allowed", `use ${allow}`);
  response.headers.set("allow", allow);
  return response;
}

function problem(status, code, detail) {
  return new Response(JSON.stringify({ status, code, detail }), {
    status,
    headers: { "content-type": "application/problem+json" },
  });
}
