/** The relay as a Cloudflare Worker: what `export default` of its entry is. */
export function relay(files: {
  /** The text of relay.json. */
  config: string;
  /** The text of DCR.json. */
  dcr: string;
}): {
  fetch(request: Request, env: unknown, context: unknown): Promise<Response>;
  queue(batch: unknown, env: unknown, context: unknown): Promise<void>;
};

/**
 * The Durable Object class that remembers deliveries for hooks with `dedupe`; the Worker's entry exports it, and
 * wrangler.toml binds it as `DEDUPE`.
 */
export const Dedupe: new (...args: never[]) => object;
