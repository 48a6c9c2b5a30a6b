// The connectors to try, made from the sound one of the tests: `virtual:examples` is the module that has them.

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { check, explain } from "ccf-edge";

const SOUND = join(import.meta.dirname, "..", "..", "tests", "fixtures", "connectors", "larkspur");
const LIST = join(import.meta.dirname, "examples.json");
const MODULE = "virtual:examples";

export function examples() {
  return {
    name: "ccf-edge-examples",
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      this.addWatchFile(LIST);
      const sound = soundFiles();
      // The sound files are there once, and each example has what differs.
      const list = JSON.parse(readFileSync(LIST, "utf8")).map((example) => described(example, sound));
      const findings = firstFindings();
      const pages = Object.fromEntries(findings.map(({ code }) => [code, explain(code)]));
      return Object.entries({ sound, examples: list, firstFindings: findings, pages })
        .map(([name, value]) => `export const ${name} = ${JSON.stringify(value)};\n`)
        .join("");
    },
  };
}

/** What the validator finds in the example with which the page opens, before it has fetched the validator. */
export function firstFindings() {
  const sound = soundFiles();
  const { paths, changed } = described(JSON.parse(readFileSync(LIST, "utf8"))[0], sound);
  const files = Object.fromEntries(paths.map((path) => [path, changed[path] ?? sound[path]]));
  return check(files, { name: basename(SOUND) });
}

function described({ id, title, summary, without, changes }, sound) {
  const kept = Object.fromEntries(
    Object.entries(sound).filter(([path]) => without === undefined || !path.startsWith(without)),
  );
  const changed = {};
  for (const { file, from, to } of changes) {
    const path = Object.keys(kept).find((path) => path.endsWith(file));
    const text = changed[path] ?? kept[path];
    if (text === undefined || !text.includes(from)) {
      throw new Error(`examples.json, ${id}: no file ${file} with the text ${from}`);
    }
    changed[path] = text.replace(from, to);
  }
  return { id, title, summary, paths: Object.keys(kept), changed };
}

function soundFiles() {
  const paths = readdirSync(SOUND, { recursive: true }).map((path) => path.replaceAll("\\", "/"));
  return Object.fromEntries(
    paths
      .filter((path) => statSync(join(SOUND, path)).isFile())
      .sort()
      .map((path) => [path, readFileSync(join(SOUND, path), "utf8")]),
  );
}
