// The validator, which is fetched when somebody reaches for it: the example that the page opens with was checked when
// the page was built, so that a first visit need not wait for it.

type Engine = Pick<typeof import("ccf-edge"), "check" | "explain" | "fix" | "report">;

let engine: Engine | undefined;
let loading: Promise<Engine> | undefined;

/** Fetches the validator, once; after a failure, again. */
export function loadEngine(): Promise<Engine> {
  loading ??= (async () => {
    const { check, explain, fix, ready, report } = await import("ccf-edge");
    await ready;
    engine = { check, explain, fix, report };
    return engine;
  })().catch((error: unknown) => {
    loading = undefined;
    throw error;
  });
  return loading;
}

/** The validator if it is there. */
export function loadedEngine(): Engine | undefined {
  return engine;
}

/** The validator, for what cannot be reached before it is there. */
export function theEngine(): Engine {
  if (engine === undefined) throw new Error("the validator is not loaded yet");
  return engine;
}
