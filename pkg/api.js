// What the package exports, over the functions of its wasm module. index.d.ts describes it.

import { guard } from "./guard.js";
import { __wbg_reset_state, explain as explainText, Files, rules as rulesText } from "./wasm/ccf_edge.js";

const guarded = guard(__wbg_reset_state);

export function check(files, options = {}) {
  return withFiles(files, options, (folder) => JSON.parse(folder.check()).findings);
}

export function report(files, format, options = {}) {
  return withFiles(files, options, (folder) => {
    folder.check();
    const text = folder.report(format);
    if (text === undefined) throw new TypeError(`there is no format ${JSON.stringify(format)}`);
    return text;
  });
}

export function fix(files, findings, { suggested = false } = {}) {
  return withFiles(files, {}, (folder) => JSON.parse(folder.fix(JSON.stringify(findings), suggested)));
}

export function rules() {
  return JSON.parse(guarded(rulesText));
}

export function explain(rule) {
  return guarded(() => explainText(rule));
}

/** Calls `use` with the files in the wasm module's memory, and frees it. */
export function withFiles(files, options, use) {
  return guarded(() => {
    const folder = new Files(options.name);
    try {
      for (const [path, content] of files instanceof Map ? files : Object.entries(files)) {
        if (typeof content === "string") folder.add_text(path, content);
        else if (content instanceof Uint8Array) folder.add_bytes(path, content);
        else throw new TypeError(`the content of ${path} has to be a string or a Uint8Array`);
      }
      configure(folder, options);
      if (options.kusto !== undefined) consult(folder, options.kusto);
      return use(folder);
    } finally {
      folder.free();
    }
  });
}

function configure(folder, { config, rules, suppress }) {
  if (config !== undefined) folder.configure(config);
  if (rules !== undefined || suppress !== undefined) folder.configure(JSON.stringify({ rules, suppress }));
}

/** Asks the language service about every transformation in the files. */
function consult(folder, kusto) {
  const answers = JSON.parse(folder.questions()).map(({ file, pointer, text, columns }) => {
    return { file, pointer, ...kusto.analyze(text, columns) };
  });
  folder.second_opinion(JSON.stringify(answers));
}
