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
