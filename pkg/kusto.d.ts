import type { Kusto } from "ccf-edge";

/**
 * Loads Microsoft's language service for Kusto, for the option `kusto` of `check`.
 *
 * In Node, Deno and Bun it is read from the package `@kusto/language-service-next`, which has to be installed. A page
 * has to run that package's `bridge.min.js` and `Kusto.Language.Bridge.min.js` before.
 *
 * @throws Error when the service is not there; the message says what to do.
 */
export function load(): Promise<Kusto>;
