// What a user writes first: clear, correct, out of the examples of the platform's documentation.

const encoder = new TextEncoder();
let cachedToken = null;

export default {
  async fetch(request, env) {
    const url = new URL(request.url);
    if (url.pathname !== "/hooks/github") {
      return new Response("Not found", { status: 404 });
    }
    if (request.method !== "POST") {
      return new Response("Method not allowed", { status: 405, headers: { Allow: "POST" } });
    }

    const body = await request.text();
    const signature = request.headers.get("x-hub-signature-256") ?? "";
    if (!(await isSignedBy(env.HOOK_GITHUB_SECRET, signature, body))) {
      return new Response("Bad signature", { status: 401 });
    }

    let event;
    try {
      event = JSON.parse(body);
    } catch {
      return new Response("Malformed JSON", { status: 400 });
    }

    const row = {
      EventTime: new Date().toISOString(),
      EventType: request.headers.get("x-github-event"),
      DeliveryId: request.headers.get("x-github-delivery"),
      Action: event.action ?? null,
      Actor: event.sender?.login ?? null,
      ActorId: event.sender?.id ?? null,
      Repository: event.repository?.full_name ?? null,
      RepositoryId: event.repository?.id ?? null,
      Organization: event.organization?.login ?? null,
      Ref: event.ref ?? null,
      Private: event.repository?.private ?? null,
      CreatedAt: toDate(event.repository?.created_at),
      Url: event.repository?.html_url ?? null,
      Sender: event.sender ?? null,
    };

    const response = await fetch(
      `${env.DCE_ENDPOINT}/dataCollectionRules/${env.DCR_IMMUTABLE_ID}/streams/${env.STREAM_NAME}?api-version=2023-01-01`,
      {
        method: "POST",
        headers: {
          Authorization: `Bearer ${await getToken(env)}`,
          "Content-Type": "application/json",
          "Content-Encoding": "gzip",
        },
        body: await gzip(JSON.stringify([row])),
      },
    );
    console.log(`${row.DeliveryId} ${row.EventType}: ${response.status}`);
    if (!response.ok) {
      return new Response("Azure did not take the event", { status: 503, headers: { "Retry-After": "30" } });
    }
    return new Response("Accepted", { status: 202 });
  },
};

async function isSignedBy(secret, signature, body) {
  const match = /^sha256=([0-9a-f]{64})$/.exec(signature);
  if (!match) {
    return false;
  }
  const key = await crypto.subtle.importKey(
    "raw",
    encoder.encode(secret),
    { name: "HMAC", hash: "SHA-256" },
    false,
    ["verify"],
  );
  const bytes = new Uint8Array(match[1].match(/../g).map((pair) => Number.parseInt(pair, 16)));
  return crypto.subtle.verify("HMAC", key, bytes, encoder.encode(body));
}

async function getToken(env) {
  if (cachedToken && cachedToken.expires > Date.now()) {
    return cachedToken.value;
  }
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
  cachedToken = { value: access_token, expires: Date.now() + (expires_in - 300) * 1000 };
  return cachedToken.value;
}

function gzip(text) {
  const stream = new Blob([text]).stream().pipeThrough(new CompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

// GitHub sends seconds in `push` and text elsewhere.
function toDate(value) {
  return typeof value === "number" ? new Date(value * 1000).toISOString() : (value ?? null);
}
