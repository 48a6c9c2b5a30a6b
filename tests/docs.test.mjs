// What the documents say of the code, where a machine can tell.

import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { PAGES, pages } from "../scripts/docs.mjs";
import { root } from "../scripts/setup.mjs";

const text = (...path) => readFileSync(join(root, ...path), "utf8");

const DOCUMENTS = [root, join(root, "docs"), PAGES, join(root, "bench")].flatMap((folder) =>
  readdirSync(folder)
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name)),
);

test("the pages of the sources are what `npm run docs` writes", () => {
  const written = pages();
  for (const [path, wanted] of written) {
    assert.ok(existsSync(join(root, path)), `${path} is missing: run \`npm run docs\``);
    assert.equal(text(path), wanted, `${path} is stale: run \`npm run docs\``);
  }
  assert.equal(readdirSync(PAGES).length, written.size - 1, "a page has no source: run `npm run docs`");
});

test("every page of a source has five steps", () => {
  for (const [path, page] of pages()) {
    if (path.endsWith("sources.md")) continue;
    const [, steps] = /^## Set it up$([\s\S]*?)^## /m.exec(page);
    assert.equal([...steps.matchAll(/^\d\. \S/gm)].length, 5, path);
  }
});

test("docs/statuses.md and docs/configuration.md explain every code that a sender or the log can show", () => {
  const explained = text("docs", "statuses.md") + text("docs", "configuration.md");
  const enums = [["webhook", "rejection.rs"], ["azure", "ingest.rs"], ["deliver.rs"], ["mapping", "loss.rs"]];
  const named = enums.flatMap((path) => {
    const [, body] = /fn code\(&self\) -> &'static str \{([\s\S]*?)\n {4}\}/.exec(text("src", ...path));
    return [...body.matchAll(/=> "([a-z_]+)"/g)];
  });
  const problems = [
    ...text("src", "worker", "control.rs").matchAll(/problem\(\d+, "([a-z_]+)"/g),
    ...readdirSync(join(root, "src", "worker"))
      .filter((name) => name.endsWith(".js"))
      .flatMap((name) => [
        ...text("src", "worker", name).matchAll(/problem\(\s*\d+, "([a-z_]+)"/g),
        ...text("src", "worker", name).matchAll(/ code: "([a-z_]+)"/g),
      ]),
  ];
  const codes = [...named, ...problems].map(([, code]) => code);
  assert.ok(named.length > 30 && problems.length > 2, `${codes.length} codes`);
  assert.deepEqual(
    codes.filter((code) => !explained.includes(`\`${code}\``)),
    [],
  );
});

test("links between the documents lead somewhere", () => {
  const broken = DOCUMENTS.flatMap((file) => {
    const prose = readFileSync(file, "utf8").replace(/^```[\s\S]*?^```/gm, "");
    const links = [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
    return links.filter((link) => !leadsSomewhere(file, link)).map((link) => `${file}: ${link}`);
  });
  assert.deepEqual(broken, []);
});

function leadsSomewhere(file, link) {
  if (/^https?:/.test(link)) return true;
  const [path, anchor] = link.split("#");
  const target = path === "" ? file : join(dirname(file), path);
  if (!existsSync(target)) return false;
  if (anchor === undefined) return true;
  const headings = [...readFileSync(target, "utf8").matchAll(/^#+ (.*)$/gm)].map(([, heading]) => heading);
  return headings.some((heading) => slug(heading) === anchor);
}

/** The anchor of a heading, as GitHub makes it. */
function slug(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, "")
    .replaceAll(" ", "-");
}
