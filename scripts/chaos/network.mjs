// The network between the Worker and local Azure: it loses requests and replies, is slow, answers in Azure's place,
// and finds rows that Azure refuses. It counts what the Worker heard.

import { createServer } from "node:http";
import { gunzipSync } from "node:zlib";

/** What a row holds that Azure cannot read. */
export const REFUSED = "a row that Azure refuses";

/** What an answer is called that comes from somebody else. */
export const GARBAGE = "an answer that is none of the API's";

const ANSWERS = [
  [200, "<html>Welcome to our hotel's network</html>"],
  [202, ""],
  [302, ""],
  [407, "\u0000"],
  [418, "{"],
  [502, '{"error":[[[['],
];

export class Network {
  /** `off`, `loses requests`, `loses replies`, `garbage`, `slow` or `secret revoked`. */
  fault = "off";
  #random;
  #note;
  #server;

  constructor(random, note) {
    this.#random = random;
    this.#note = note;
  }

  async start(azure) {
    this.#server = createServer(async (request, response) => {
      try {
        await this.#carry(azure, request, response);
      } catch {
        request.socket.destroy();
      }
    });
    await new Promise((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    this.url = `http://127.0.0.1:${this.#server.address().port}`;
  }

  async stop() {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #carry(azure, request, response) {
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const entra = request.url.includes("/oauth2/");
    const who = entra ? "Entra" : "Azure";
    const { fault } = this;
    if (fault === "loses requests") {
      this.#note("network: lost a request");
      return request.socket.destroy();
    }
    if (fault === "secret revoked" && entra) {
      this.#note("Entra: the secret has expired");
      return response.writeHead(401).end('{"error":"invalid_client","error_codes":[7000222]}');
    }
    if (fault === "garbage") {
      this.#note(`${who}: ${GARBAGE}`);
      const [status, text] = ANSWERS[this.#random.below(ANSWERS.length)];
      return response.writeHead(status).end(text);
    }
    if (!entra && text(request, body).includes(REFUSED)) {
      this.#note("Azure: 400 for a row");
      const error = { code: "ContentDeserializationError", message: "no" };
      return response.writeHead(400).end(JSON.stringify({ error }));
    }
    const { connection, host, "content-length": length, ...headers } = request.headers;
    let reply;
    try {
      reply = await fetch(`${azure}${request.url}`, { method: "POST", headers, body, redirect: "manual" });
    } catch {
      this.#note(`${who}: closed the connection`);
      return request.socket.destroy();
    }
    const answer = Buffer.from(await reply.arrayBuffer());
    if (reply.status !== 200 && reply.status !== 204) {
      const code = answer.includes("InvalidStream") ? " InvalidStream" : "";
      this.#note(`${who}: ${reply.status}${code}`);
    }
    if (fault === "slow") {
      this.#note("network: slow");
      await new Promise((resolve) => setTimeout(resolve, 500 + this.#random.below(2_500)));
    }
    if (fault === "loses replies") {
      this.#note("network: lost a reply");
      return request.socket.destroy();
    }
    const names = ["content-type", "retry-after"].filter((name) => reply.headers.has(name));
    const kept = Object.fromEntries(names.map((name) => [name, reply.headers.get(name)]));
    return response.writeHead(reply.status, kept).end(answer);
  }
}

function text(request, body) {
  return request.headers["content-encoding"] === "gzip" ? gunzipSync(body) : body;
}
