// What keeps a module of wasm usable after a bug of it.

/**
 * Gives what every call into a module goes through: a trap leaves its memory in an unknown state, and `reset` starts it
 * afresh for the next call.
 */
export function guard(reset) {
  return (call) => {
    try {
      return call();
    } catch (error) {
      if (error instanceof WebAssembly.RuntimeError) {
        reset();
        throw new Error("ccf-edge failed on this input, which is a bug of it: please report it", {
          cause: error,
        });
      }
      throw error;
    }
  };
}
