// The consumer by someone who measures. A message is a line of JSON with what was verified, and the raw body. All rows
// of a batch are compressed in one go, synchronously, because CompressionStream costs more; only when that is too large
// for a call, which is rare, they are halved.

import { gzipSync } from "node:zlib";

const LARGEST_CALL = 1_048_576;

const decoder = new TextDecoder();

let target;
let sendHeaders;
let expires = 0;

export default {
  async queue(batch, env) {
    const { messages } = batch;
    const started = Date.now();
    const rows = [];
    const bad = [];
    for (const message of messages) {
      try {
        rows.push(reshape(decoder.decode(message.body)));
      } catch {
        bad.push(message);
      }
    }
    if (started > expires) {
      await refresh(env);
    }
    const status = rows.length === 0 ? 204 : await send(rows);
    for (const message of messages) {
      if (status === 204 && !bad.includes(message)) {
        message.ack();
      } else {
        message.retry();
      }
    }
    console.log(
      JSON.stringify({ messages: messages.length, rows: rows.length, status, ms: Date.now() - started }),
    );
  },
};

function reshape(text) {
  const end = text.indexOf("\n");
  const verified = JSON.parse(text.slice(0, end));
  const event = JSON.parse(text.slice(end + 1));
  const { sender, repository, organization } = event;
  const created = repository?.created_at;
  return {
    EventTime: new Date(verified.received).toISOString(),
    EventType: verified.type,
    DeliveryId: verified.delivery,
    Action: event.action,
    Actor: sender?.login,
    ActorId: sender?.id,
    Repository: repository?.full_name,
    RepositoryId: repository?.id,
    Organization: organization?.login,
    Ref: event.ref,
    Private: repository?.private,
    // GitHub sends seconds in `push` and text elsewhere.
    CreatedAt: typeof created === "number" ? new Date(created * 1000).toISOString() : created,
    Url: repository?.html_url,
    Sender: sender,
  };
}

/** The status of the call, or of the first of several that is not 204. */
async function send(rows) {
  const body = gzipSync(JSON.stringify(rows), { level: 1 });
  if (body.length > LARGEST_CALL && rows.length > 1) {
    const half = rows.length >> 1;
    const status = await send(rows.slice(0, half));
    return status === 204 ? send(rows.slice(half)) : status;
  }
  const { status } = await fetch(target, { method: "POST", headers: sendHeaders, body });
  return status;
}

async function refresh(env) {
  const response = await fetch(`${env.AUTHORITY}/${env.TENANT_ID}/oauth2/v2.0/token`, {
    method: "POST",
    body: new URLSearchParams({
      grant_type: "client_credentials",
      client_id: env.CLIENT_ID,
      client_secret: env.AZURE_CLIENT_SECRET,
      scope: "https://monitor.azure.com/.default",
    }),
  });
  if (!response.ok) {
    throw new Error(`no token: ${response.status}`);
  }
  const { access_token, expires_in } = await response.json();
  target = `${env.DCE_ENDPOINT}/dataCollectionRules/${env.DCR_IMMUTABLE_ID}/streams/${env.STREAM_NAME}?api-version=2023-01-01`;
  sendHeaders = new Headers({
    Authorization: `Bearer ${access_token}`,
    "Content-Type": "application/json",
    "Content-Encoding": "gzip",
  });
  expires = Date.now() + (expires_in - 300) * 1000;
}
