// What every consumer does with the package; the entry beside it says where the package comes from.

const TABLE = {
  name: "Larkspur",
  type: "Microsoft.OperationalInsights/workspaces/tables",
  properties: {
    schema: {
      name: "Larkspur",
      columns: [{ name: "TimeGenerated", type: "datetime", description: "When it happened." }],
    },
  },
};

/** Checks a table with one mistake, mends it and checks it again. */
export async function run({ check, explain, fix, ready, report, rules }) {
  await ready;
  // The emoji takes two UTF-16 code units and four bytes of UTF-8.
  const text = `{ "description": "🦀", ${JSON.stringify(TABLE).slice(1)}`;
  const files = { "table.json": text };
  const findings = check(files);
  const fixed = fix(files, findings, { suggested: true });
  return {
    codes: findings.map(({ code }) => code),
    marked: findings.map(({ range }) => text.slice(range.from, range.to)),
    after: check(fixed.files).length,
    off: check(files, { rules: { CCF011: "off" } }).length,
    page: explain("CCF011").startsWith("# CCF011: table-name-without-cl"),
    rules: rules().some(({ code }) => code === "CCF011"),
    report: report(files, "text").includes("table.json:1:"),
  };
}
