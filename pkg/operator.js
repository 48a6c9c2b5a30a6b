// The operators' side of a relay: its /admin, with the token ADMIN_TOKEN.

import { UsageError } from "./command.js";

/** A refusal of the relay that the caller may know what to do with. */
class Refusal extends UsageError {
  constructor(status, { code, detail }, text) {
    super(`the relay answered ${status}: ${detail ?? text.slice(0, 200)}`);
    this.status = status;
    this.code = code;
  }
}

/** No answer. It may be there again in a moment. */
export class Unreachable extends UsageError {}

/** Gives a function that asks `/admin/…` of a relay: its answer as JSON, or as bytes; throws what the relay refuses. */
export function connect(url, token) {
  if (!URL.canParse(url ?? "")) throw new UsageError("--relay needs the relay's URL");
  if (!token)
    throw new UsageError("the environment variable ADMIN_TOKEN is missing: it is the relay's secret");
  const { protocol, hostname } = new URL(url);
  if (protocol !== "https:" && !["localhost", "127.0.0.1", "[::1]"].includes(hostname)) {
    throw new UsageError("--relay has to begin with https://, because the token goes there");
  }
  return async (path, method = "GET", raw = false) => {
    const response = await fetch(new URL(`/admin/${path}`, url), {
      method,
      headers: { authorization: `Bearer ${token}` },
      redirect: "error",
    }).catch(({ message, cause }) => {
      const why = cause?.code ?? cause?.message ?? message;
      throw new Unreachable(`the relay at ${new URL(url).origin} cannot be reached: ${why}`);
    });
    if (raw && response.ok) return Buffer.from(await response.arrayBuffer());
    const text = await response.text();
    if (response.ok) return JSON.parse(text);
    const problem = text.startsWith("{") ? JSON.parse(text) : {};
    if (response.status === 404 && ["not_found", undefined].includes(problem.code)) {
      throw new UsageError("the relay has no /admin: set its secret ADMIN_TOKEN, and bind its BUCKET");
    }
    throw new Refusal(response.status, problem, text);
  };
}
