// kusto.js for Node, Deno and Bun, which finds the service's scripts in the installed package.

import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { createContext, runInContext } from "node:vm";
import { Service } from "./kusto.js";

const PACKAGE = "@kusto/language-service-next";

let service;

/** The service of the installed package, which is read once. */
export async function load() {
  service ??= read(find());
  return service;
}

/** The folder of the package: beside this one, or where the program is started. */
function find() {
  for (const from of [import.meta.url, join(process.cwd(), "package.json")]) {
    try {
      return dirname(createRequire(from).resolve(`${PACKAGE}/package.json`));
    } catch (error) {
      if (error.code !== "MODULE_NOT_FOUND") throw error;
    }
  }
  throw new Error(`the package ${PACKAGE} is not installed: npm install --save-dev ${PACKAGE}`);
}

/** Runs the two scripts, which are made for browsers and leave what they have among the globals: of their own here. */
function read(folder) {
  const globals = createContext({});
  for (const name of ["bridge.min.js", "Kusto.Language.Bridge.min.js"]) {
    const filename = join(folder, name);
    runInContext(readFileSync(filename, "utf8"), globals, { filename });
  }
  return new Service(globals.Kusto.Language);
}
