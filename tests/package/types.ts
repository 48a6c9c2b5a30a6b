// Compiled with `tsc --strict` against the package's types, then run: what is printed is held against the same types.

import { check, type Finding, type Fixed, fix, type Rule, ready, report, rules } from "ccf-edge";
import { load } from "ccf-edge/kusto";

await ready;
const files = new Map([
  ["table.json", '{ "type": "Microsoft.OperationalInsights/workspaces/tables", "name": "A" }'],
]);
const findings: Finding[] = check(files, {
  name: "larkspur",
  rules: { CCF001: "warning" },
  suppress: [{ rule: "CCF011", file: "other.json", reason: "A decision." }],
  config: "{}",
});
/** Not called: the service is not installed here. */
export const asked = async (): Promise<Finding[]> => check(files, { kusto: await load() });
const fixed: Fixed = fix(files, findings, { suggested: true });
const all: Rule[] = rules();
const sarif: string = report(files, "sarif");
console.log(JSON.stringify({ findings, fixed, rules: all, sarif: sarif.length }));

try {
  // @ts-expect-error a level that does not exist
  check(files, { rules: { CCF001: "fatal" } });
  throw new TypeError("the level was accepted");
} catch (error) {
  if (error instanceof TypeError) throw error;
}
