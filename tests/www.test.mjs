// The page, built as it is deployed and served with its headers, in a real Chromium.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, afterEach, before, beforeEach, describe, test } from "node:test";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { check } from "ccf-edge";
import { unzipSync, zipSync } from "fflate";
import { startBrowser } from "../scripts/browser.mjs";
import { root } from "../scripts/setup.mjs";
import { buildPage, servePage } from "../scripts/www.mjs";
import { firstFindings } from "../www/build/examples.mjs";

const SOUND = join(root, "tests", "fixtures", "connectors", "larkspur");
const TABLE = "Data Connectors/Larkspur_ccf/table.json";
const EXAMPLES = JSON.parse(readFileSync(join(root, "www", "build", "examples.json"), "utf8"));
/** What is found in the example with which the page opens, whatever rules there are by now. */
const FIRST = firstFindings();
const SAFE = FIRST.filter(({ fixes }) => fixes.some(({ safe }) => safe));
const SUGGESTED = FIRST.filter(({ fixes }) => fixes.length > 0 && !fixes.some(({ safe }) => safe));
/** Bytes after gzip; the validator, which is fetched when somebody reaches for it, has some 400 KB more. */
const FIRST_LOAD = 100_000;

let home;
let site;
let browser;
let context;
let page;
/** What must not happen on any page of a test: errors, and what the Content-Security-Policy forbids. */
let complaints;

before(async () => {
  home = mkdtempSync(join(tmpdir(), "ccf-edge-www-"));
  await buildPage(home);
  site = await servePage(home);
  browser = await startBrowser();
});

after(async () => {
  await browser?.close();
  await site?.stop();
  rmSync(home, { recursive: true, force: true });
});

beforeEach(async () => {
  complaints = [];
  await openContext({ serviceWorkers: "block" });
});

afterEach(async () => {
  await context.close();
  assert.deepEqual(complaints, []);
});

/** A browser of its own for the test, whose page is `page`. */
async function openContext(options) {
  await context?.close();
  context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  context.setDefaultTimeout(15_000);
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  page = await openPage();
}

async function openPage() {
  const opened = await context.newPage();
  opened.on("pageerror", (error) => complaints.push(error.stack));
  opened.on("console", (message) => {
    const expected = message.text().includes("Service Worker registration blocked by Playwright");
    if (["error", "warning"].includes(message.type()) && !expected) complaints.push(message.text());
  });
  opened.on("dialog", (dialog) => dialog.accept());
  return opened;
}

/** The files of the sound connector, changed by `change(path, text)`. */
function connector(change = (_path, text) => text) {
  const paths = readdirSync(SOUND, { recursive: true }).map((path) => path.replaceAll("\\", "/"));
  return Object.fromEntries(
    paths
      .filter((path) => statSync(join(SOUND, path)).isFile() && !path.startsWith("Package/"))
      .sort()
      .map((path) => [path, change(path, readFileSync(join(SOUND, path), "utf8"))]),
  );
}

/** Without the `_CL` that Azure wants: one finding, CCF011. */
function misnamed() {
  return connector((path, text) => (path === TABLE ? text.replaceAll('"Larkspur_CL"', '"Larkspur"') : text));
}

function zip(files, folder = "larkspur/") {
  const entries = Object.entries(files).map(([path, text]) => [
    folder + path,
    new TextEncoder().encode(text),
  ]);
  return Buffer.from(zipSync(Object.fromEntries(entries)));
}

async function openZip(files, address = "#/check") {
  await page.goto(site.url + address);
  await page.locator(".toolbar").waitFor();
  const [chooser] = await Promise.all([
    page.waitForEvent("filechooser"),
    address === "#/check"
      ? openAnother(page)
      : page.getByRole("button", { name: "Choose a zip or files" }).click(),
  ]);
  await chooser.setFiles({ name: "larkspur.zip", mimeType: "application/zip", buffer: zip(files) });
  await page.locator(".toolbar .name", { hasText: "larkspur" }).waitFor();
  await page.locator("dialog").waitFor({ state: "detached" });
}

async function openAnother(page) {
  await page.getByRole("button", { name: "Open…" }).click();
  await page.locator("dialog").getByRole("button", { name: "Choose a zip or files" }).click();
}

/** Waits for what the page says of the whole. */
async function verdict(words) {
  await page.locator(".verdict", { hasText: new RegExp(`^${words}$`) }).waitFor();
}

/** How the page counts findings. */
function inWords(findings) {
  const counted = [
    ["error", "error"],
    ["warning", "warning"],
    ["info", "note"],
  ].map(([severity, noun]) => [findings.filter((finding) => finding.severity === severity).length, noun]);
  return counted
    .filter(([count]) => count > 0)
    .map(([count, noun]) => `${count} ${noun}${count === 1 ? "" : "s"}`)
    .join(", ");
}

/** The files as the page gives them back. */
async function downloaded() {
  await page.getByRole("button", { name: "Export…" }).click();
  const [download] = await Promise.all([
    page.waitForEvent("download"),
    page.getByRole("button", { name: /^Download .*\.zip$/ }).click(),
  ]);
  const entries = unzipSync(readFileSync(await download.path()));
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  await page.keyboard.press("Escape");
  return Object.fromEntries(Object.entries(entries).map(([path, bytes]) => [path, decoder.decode(bytes)]));
}

function below(folder, files) {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [`${folder}/${path}`, text]));
}

/** Puts the cursor into the editor behind some text. */
async function cursorBehind(text) {
  await page.locator(".pane").hover();
  const line = page.locator(".cm-line", { hasText: text }).first();
  await line.click();
  await page.keyboard.press("End");
}

describe("what a connector's author does", () => {
  test("a broken solution is dropped, read, mended, and comes out as it should be", async () => {
    await page.goto(site.url);
    await verdict(inWords(FIRST));
    const bytes = [...zip(misnamed())];
    await page.evaluate((bytes) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([new Uint8Array(bytes)], "larkspur.zip"));
      const event = (type) =>
        new DragEvent(type, { dataTransfer: transfer, bubbles: true, cancelable: true, composed: true });
      document.body.dispatchEvent(event("dragover"));
      document.querySelector(".bench").dispatchEvent(event("drop"));
    }, bytes);
    await verdict("1 error");
    assert.equal(new URL(page.url()).hash, "#/check");
    const finding = page.getByRole("region", { name: "The finding" });
    assert.match(await finding.getByRole("heading", { level: 2 }).textContent(), /Larkspur.*_CL/);
    assert.match(await finding.textContent(), /Why it matters.*Azure refuses.*What to do/s);
    assert.match(await finding.textContent(), /CCF011.*suggested/s);
    // The rule's page stands below it, without the sections that the finding has said.
    assert.match(await finding.locator(".rule").textContent(), /What it checks.*Examples.*Source/s);
    assert.equal(await finding.locator(".rule").getByText("Why it matters").count(), 0);
    await finding.locator(".fix button").first().click();
    await verdict("No findings");
    assert.deepEqual(await downloaded(), below("larkspur", connector()));
  });

  test("a folder is opened by picking it", async () => {
    await page.goto(site.url);
    await page.locator("#intake input[webkitdirectory]").setInputFiles(SOUND);
    await page.locator(".verdict.ok").waitFor();
    assert.equal(await page.locator(".toolbar .name").textContent(), "larkspur");
    assert.equal(await page.getByRole("treeitem", { name: "mainTemplate.json" }).count(), 1);
  });

  test("findings follow the keys", async () => {
    await openZip(connector());
    await verdict("No findings");
    await page.getByRole("treeitem", { name: "table.json" }).click();
    await cursorBehind('"apiVersion"');
    await page.keyboard.press("Backspace");
    await page.locator(".finding", { hasText: "CCF001" }).waitFor();
    await page.locator(".cm-lintRange, .cm-lintPoint").first().waitFor({ state: "attached" });
    await page.keyboard.type(",");
    await verdict("No findings");
    assert.deepEqual(await downloaded(), below("larkspur", connector()));
  });

  test("hovering over a place says why and what to do, and mends it", async () => {
    await openZip(misnamed());
    await page.locator(".cm-lintRange").hover();
    const tooltip = page.locator(".cm-tooltip");
    await tooltip.waitFor();
    assert.match(await tooltip.textContent(), /Why: Azure refuses.*Do: /s);
    await tooltip.locator(".cm-diagnosticAction").click();
    await verdict("No findings");
    await page.getByRole("button", { name: "Undo" }).click();
    await verdict("1 error");
  });

  test("fix all shows what it changes, safe and suggested apart, before it changes it", async () => {
    await page.goto(site.url);
    await page.getByRole("button", { name: "Fix all…" }).click();
    const dialog = page.getByRole("dialog", { name: "Fix all" });
    await dialog.locator(".diff").first().waitFor();
    assert.equal(await dialog.locator(".safe li input:checked").count(), SAFE.length);
    assert.equal(await dialog.locator(".suggested li input").count(), SUGGESTED.length);
    assert.equal(await dialog.locator(".suggested li input:checked").count(), 0);
    assert.match(await dialog.locator(".diffs").textContent(), /table\.json/);
    assert.match(await dialog.locator(".cm-deletedChunk").last().textContent(), /DateTime/);
    await dialog.getByRole("button", { name: `Make ${SAFE.length} fixes` }).click();
    await verdict(inWords(FIRST.filter((finding) => !SAFE.includes(finding))));
    await page.getByRole("button", { name: "Fix all…" }).click();
    await dialog.getByLabel(`Suggested (${SUGGESTED.length})`).check();
    await dialog.getByRole("button", { name: `Make ${SUGGESTED.length} fixes` }).click();
    await verdict("No findings");
    assert.deepEqual(await downloaded(), below("larkspur", connector()));
    await page.getByRole("button", { name: "Undo" }).click();
    await verdict(inWords(SUGGESTED));
  });

  test("filters by severity and rule", async () => {
    await page.goto(site.url);
    await verdict(inWords(FIRST));
    const shown = () => page.locator(".finding").count();
    assert.equal(await shown(), FIRST.length);
    await page.getByRole("button", { name: /Errors/ }).click();
    assert.equal(await shown(), FIRST.filter(({ severity }) => severity !== "error").length);
    await page.getByRole("button", { name: /Errors/ }).click();
    await page.getByLabel("Rule", { exact: true }).selectOption("CCF011");
    assert.equal(await shown(), 1);
    assert.equal(await page.getByRole("treeitem", { name: "table.json 1 error", exact: true }).count(), 1);
  });

  test("a related place is a link into its file", async () => {
    await page.goto(site.url);
    const at = FIRST.findIndex(({ file, related }) => related.length > 0 && related[0].file !== file);
    const [{ file, range }] = FIRST[at].related;
    await page.locator(".finding").nth(at).click();
    assert.equal(await page.locator(".path").textContent(), FIRST[at].file);
    await page.locator(".related .place").first().click();
    await page.locator(".path", { hasText: file }).waitFor();
    await page.locator(".cm-editor.cm-focused").waitFor();
    assert.equal(
      await page.locator(".cm-lineNumbers .cm-activeLineGutter").textContent(),
      String(range.line),
    );
  });

  test("the findings are copied as Markdown, SARIF and JSON", async () => {
    await openZip(misnamed());
    await page.getByRole("button", { name: "Export…" }).click();
    const copied = async (name) => {
      await page.getByRole("button", { name, exact: true }).click();
      await page.locator(".toast", { hasText: name }).waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    assert.match(await copied("Markdown"), /CCF011/);
    assert.equal(JSON.parse(await copied("SARIF")).runs[0].results[0].ruleId, "CCF011");
    assert.deepEqual(JSON.parse(await copied("JSON")).findings, check(misnamed(), { name: "larkspur" }));
  });

  test("a link carries the files, and no server hears of them", async () => {
    await openZip(misnamed());
    await page.getByRole("button", { name: "Export…" }).click();
    await page.locator("dialog .link button:enabled").click();
    const link = await page.evaluate(() => navigator.clipboard.readText());
    assert.ok(link.startsWith(`${site.url}#/check/`), link);
    assert.ok(link.length < 8000, `${link.length} characters`);
    page = await openPage();
    const asked = [];
    page.on("request", (request) => asked.push(request.url()));
    await page.goto(link);
    await verdict("1 error");
    assert.equal(await page.locator(".toolbar .name").textContent(), "larkspur");
    assert.deepEqual(await downloaded(), below("larkspur", misnamed()));
    const fragment = link.slice(link.indexOf("#") + 9);
    assert.deepEqual(
      asked.filter((url) => url.split("#")[0].includes(fragment.slice(0, 40))),
      [],
    );
  });

  test("a link that was cut off says so, and one that is a bomb too", async () => {
    const bomb = await promisify((await import("node:zlib")).deflateRaw)(Buffer.alloc(50_000_000, 32));
    for (const [packed, why] of [
      ["q1YqS8wpTVWyUkrLTM0pVtJRykvMTVWyUgIA", /The link is damaged/],
      ["%%%", /The link is damaged/],
      [bomb.toString("base64url"), /more than 8 MB/],
    ]) {
      await page.goto("about:blank");
      await page.goto(`${site.url}#/check/${packed}`);
      await page.locator(".toast", { hasText: why }).waitFor();
      await verdict(inWords(FIRST));
    }
  });

  test("what cannot be opened says why", async () => {
    await page.goto(site.url);
    const input = page.locator("#intake input:not([webkitdirectory])");
    for (const [file, why] of [
      [{ name: "a.zip", mimeType: "application/zip", buffer: Buffer.from("PK not a zip") }, /cannot be read/],
      [{ name: "a.zip", mimeType: "application/zip", buffer: zip({}) }, /no file/],
    ]) {
      await input.setInputFiles(file);
      await page.locator(".toast", { hasText: why }).waitFor();
    }
    await input.setInputFiles({
      name: "a.json",
      mimeType: "application/json",
      buffer: Buffer.from('{"a":1}'),
    });
    await verdict("No connector");
  });

  test("each example finds what it promises", async () => {
    await page.goto(site.url);
    for (const { id, title, changes } of EXAMPLES) {
      await page.goto(`${site.url}#/`);
      await page.locator(`#intake [data-example="${id}"]`).click();
      // The landing page has findings too, those of its example.
      await page.waitForURL("**/#/check");
      await page
        .locator(changes.length === 0 ? ".verdict.ok" : ".finding")
        .first()
        .waitFor();
      assert.ok((await page.locator(".finding").count()) >= Math.min(changes.length, 1), title);
    }
  });

  test("a configuration among the files counts, and one that is wrong is said to be", async () => {
    const files = { ...misnamed(), "ccf-edge.json": '{ "rules": { "CCF011": "off" } }' };
    await openZip(files);
    await verdict("No findings");
    await openZip({ ...files, "ccf-edge.json": '{ "rules": { "CFF011": "off" } }' });
    await page.getByRole("alert").filter({ hasText: "did you mean `CCF011`" }).waitFor();
    await verdict("1 error");
  });

  test("Kusto's language service gives a second opinion when it is asked", async () => {
    const files = connector((path, text) =>
      path.endsWith("DCR.json") ? text.replace("Details = details", "Details = details | where Score") : text,
    );
    await openZip(files);
    const before = await page.locator(".finding").count();
    const asked = [];
    page.on("request", (request) => asked.push(new URL(request.url()).pathname));
    await page.getByLabel("Ask Kusto's language service too").check();
    await page.locator(".finding", { hasText: "CCF165" }).waitFor();
    assert.ok(asked.includes("/kusto/bridge.min.js"));
    await page.getByLabel("Ask Kusto's language service too").uncheck();
    await page.locator(".finding", { hasText: "CCF165" }).waitFor({ state: "detached" });
    assert.equal(await page.locator(".finding").count(), before);
  });

  test("line ends, a byte order mark and other files come out as they went in", async () => {
    const files = misnamed();
    files[TABLE] = files[TABLE].replaceAll("\n", "\r\n");
    files["SolutionMetadata.json"] = `\ufeff${files["SolutionMetadata.json"]}`;
    files["Logos/larkspur.png"] = "\u0000\u0001";
    await openZip(files);
    await page.locator(".finding", { hasText: "CCF011" }).click();
    assert.equal(await page.locator(".cm-lintRange").first().textContent(), '"Larkspur"');
    await page.locator(".fix button").first().click();
    await page.locator(".finding", { hasText: "CCF011" }).waitFor({ state: "detached" });
    await page.getByRole("treeitem", { name: "table.json" }).click();
    await cursorBehind('"apiVersion"');
    await page.keyboard.type(" ");
    await page.keyboard.press("Backspace");
    const mended = connector();
    mended[TABLE] = mended[TABLE].replaceAll("\n", "\r\n");
    mended["SolutionMetadata.json"] = files["SolutionMetadata.json"];
    mended["Logos/larkspur.png"] = files["Logos/larkspur.png"];
    assert.deepEqual(await downloaded(), below("larkspur", mended));
  });

  test("what files say never becomes markup", async () => {
    const evil = '<img src=x onerror="document.title=1">';
    const files = misnamed();
    files[TABLE] = files[TABLE].replaceAll('"Larkspur"', JSON.stringify(`${evil}[a](javascript:alert(1))`));
    files[`Data Connectors/${evil.replaceAll('"', "")}.json`] = "{";
    await openZip(files);
    await page.locator(".finding").first().waitFor();
    for (const finding of await page.locator(".finding").all()) await finding.click();
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.locator('a[href^="javascript"]').count(), 0);
  });
});

describe("a webhook before it is sent", () => {
  beforeEach(async () => {
    await page.goto(`${site.url}#/preview`);
    await said("Verified");
  });

  /** Waits for what the page says of the sender. */
  function said(words) {
    return page.locator("#part-preview .verdict", { hasText: words }).waitFor();
  }

  test("a sample is verified; a changed one is turned away until it is signed again", async () => {
    await page.getByLabel("Body").fill('{ "action": "opened", "sender": { "login": "dana" } }');
    await said("Turned away with 401");
    await page.getByRole("button", { name: "Sign it with this secret" }).click();
    await said("Verified");
    assert.match(await page.locator(".rows tbody").textContent(), /"dana"/);
    assert.match(
      await page.locator(".folded", { hasText: "What Azure receives" }).textContent(),
      /"Actor":"dana"/,
    );
  });

  test("a column's expression is live: a mistake has its place, a loss its cell", async () => {
    const actor = page.getByLabel("Actor string");
    await actor.fill(".sender | | .login");
    await page.locator(".expression .wrong", { hasText: /line 1, column \d+/ }).waitFor();
    assert.equal(await actor.getAttribute("aria-invalid"), "true");
    await actor.fill(".sender");
    await page.getByLabel("EventTime datetime").fill('"yesterday"');
    await page.locator(".rows td.loss .reason").waitFor();
    assert.equal(await page.locator(".expression .wrong", { hasText: /./ }).count(), 0);
  });

  test("relay.json, the line to try it and the commands are taken away", async () => {
    await page.getByLabel("Action string").fill(".action");
    const taken = async (name) => {
      const folded = page.locator(".folded").filter({ has: page.locator("summary", { hasText: name }) });
      await folded.locator("summary").click();
      await folded.getByRole("button", { name: "Copy" }).click();
      await page.locator(".toast", { hasText: `${name}: copied` }).waitFor();
      return page.evaluate(() => navigator.clipboard.readText());
    };
    await page.locator("pre", { hasText: '"Action": ".action"' }).waitFor({ state: "attached" });
    const { hooks } = JSON.parse(await taken("relay.json"));
    assert.deepEqual(hooks, { github: { source: "github", columns: { Action: ".action" } } });
    const curl = await taken("A line to try it");
    assert.match(curl, /^curl .*hooks\/github.*x-hub-signature-256/is);
    assert.match(await taken("To deploy it"), /wrangler secret put HOOK_GITHUB_SECRET/);
  });

  test("every source with a sample shows rows or says why not", async () => {
    const wrong = await page.evaluate(() => {
      const select = document.querySelector("#preview-source");
      return [...select.options].flatMap(({ value }) => {
        select.value = value;
        select.dispatchEvent(new Event("change"));
        const part = document.querySelector("#part-preview");
        if (document.querySelector("#preview-sample").disabled) return [];
        const verdict = part.querySelector(".verdict").textContent;
        const signs = !part.querySelector(".given .row button").disabled;
        const config = part.querySelector("[data-config], [data-secret]") !== null;
        const sound =
          signs && !config ? /^(Verified|A handshake)/ : /^(Verified|Not verified|A handshake|Turned away)/;
        return sound.test(verdict) ? [] : [`${value}: ${verdict}`];
      });
    });
    assert.deepEqual(wrong, []);
  });
});

describe("a connector from an event", () => {
  test("an event becomes a connector that the validator has nothing to object to", async () => {
    await page.goto(`${site.url}#/start`);
    const made = page.getByRole("region", { name: "The connector" });
    await made.getByText("no findings").waitFor();
    await page
      .getByLabel("One event, as JSON")
      .fill('{ "when": "2026-11-03T09:41:07Z", "user": "dana", "count": 3 }');
    await page.getByLabel("Product").fill("Wren Mail");
    await made.getByRole("cell", { name: "count" }).first().waitFor();
    assert.match(await made.getByRole("row", { name: /user/ }).textContent(), /string$/);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      made.getByRole("button", { name: "Download wren-mail.zip" }).click(),
    ]);
    const paths = Object.keys(unzipSync(readFileSync(await download.path())));
    assert.ok(paths.includes("relay.json"), paths.join());
    await made.getByRole("button", { name: "Open it in Check" }).click();
    await verdict("No findings");
    assert.ok((await page.getByRole("treeitem", { name: "relay.json" }).count()) > 0);
  });

  test("an event that is none says so, and the last connector stays", async () => {
    await page.goto(`${site.url}#/start`);
    await page.getByText("no findings").waitFor();
    const event = page.getByLabel("One event, as JSON");
    await event.fill('{ "a": ');
    await page.locator("#start-wrong", { hasText: /./ }).waitFor();
    assert.equal(await event.getAttribute("aria-invalid"), "true");
    assert.ok(await page.getByText("no findings").isVisible());
  });
});

describe("with the keyboard alone", () => {
  test("a connector is opened, read, mended and downloaded", async () => {
    await page.goto(site.url);
    await verdict(inWords(FIRST));
    await page.keyboard.press("Tab");
    assert.equal(await focused(), "Skip to the content");
    await page.keyboard.press("Enter");
    await tabTo(/^JSON written by hand/);
    await page.keyboard.press("Enter");
    await page.locator(".toolbar .name").waitFor();
    await page.waitForURL(/#\/check$/);
    await tabTo(/^/, "[role=treeitem]");
    // The tree: to the first file, close the folder, open it again, find a file by its letter.
    await page.keyboard.press("Home");
    await page.keyboard.press("ArrowLeft");
    assert.equal(await page.getByRole("treeitem", { name: /^table\.json/ }).count(), 0);
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    assert.match(await focused(), /^DCR\.json/);
    await page.keyboard.press("t");
    assert.match(await focused(), /^table\.json/);
    await page.keyboard.press("Space");
    await page.locator(".path", { hasText: "table.json" }).waitFor();
    // The list, then the finding, then its fix.
    await tabTo(/^error: /);
    const first = await focused();
    await page.keyboard.press("ArrowDown");
    assert.notEqual(await focused(), first);
    await page.keyboard.press("ArrowUp");
    assert.equal(await focused(), first);
    for (let step = 0; (await page.locator(".fix button").count()) === 0; step += 1) {
      assert.ok(step < 10, "no finding has a fix");
      await page.keyboard.press("ArrowDown");
    }
    const count = await page.locator(".finding").count();
    await tabTo(/^/, ".fix button");
    await page.keyboard.press("Enter");
    await page.waitForFunction((count) => document.querySelectorAll(".finding").length < count, count);
    assert.equal(await page.evaluate(() => document.activeElement === document.body), false);
    // Into the editor and out of it: Tab is no character there.
    await tabTo(/^/, ".editor");
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement?.classList.contains("editor")), false);
    // A dialog takes the focus and gives it back.
    await tabTo(/^Export/);
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    assert.match(await focused(), /^Export/);
  });

  test("every stop shows where the focus is", async () => {
    await page.goto(site.url);
    await verdict(inWords(FIRST));
    const without = [];
    for (let stop = 0; stop < 40; stop += 1) {
      await page.keyboard.press("Tab");
      const seen = await page.evaluate(() => {
        const element = document.activeElement;
        if (element === null || element === document.body) return true;
        const visible = (style) => style.outlineStyle !== "none" || style.boxShadow !== "none";
        return visible(getComputedStyle(element));
      });
      if (!seen) without.push(await focused());
    }
    assert.deepEqual(without, []);
  });
});

/** What has the focus: its label or its text. */
function focused() {
  return page.evaluate(() => {
    const element = document.activeElement;
    return element?.getAttribute("aria-label") ?? element?.textContent ?? "";
  });
}

/** Presses Tab until something with this name, and of this kind, has the focus. */
async function tabTo(name, selector = "*") {
  for (let stop = 0; stop < 80; stop += 1) {
    await page.keyboard.press("Tab");
    const fits = await page.evaluate((selector) => document.activeElement?.matches(selector), selector);
    if (fits && name.test(await focused())) return;
  }
  assert.fail(`Tab does not reach ${name} ${selector}`);
}

describe("the house", () => {
  test(`the first load has less than ${FIRST_LOAD / 1000} KB, and nothing from elsewhere`, async () => {
    const loaded = [];
    page.on("response", (response) => loaded.push(response));
    const total = async () => {
      await page.waitForLoadState("networkidle");
      const bodies = await Promise.all(loaded.map((response) => response.body()));
      return bodies.reduce((sum, body) => sum + gzipSync(body, { level: 9 }).length, 0);
    };
    await page.goto(site.url);
    await verdict(inWords(FIRST));
    const paths = () => loaded.map((response) => new URL(response.url()).pathname);
    const first = await total();
    assert.ok(first < FIRST_LOAD, `${first} bytes: ${paths().join(", ")}`);
    assert.ok(!paths().some((path) => path.endsWith(".wasm")));
    // Coming near is enough to have the validator when it is needed.
    await page.locator("#intake").hover();
    await page.waitForResponse((response) => response.url().endsWith(".wasm"));
    assert.ok(loaded.every((response) => response.url().startsWith(site.url)));
  });

  test("it works offline once loaded", async () => {
    const alone = await servePage(home);
    await openContext({ serviceWorkers: "allow" });
    await page.goto(alone.url);
    await verdict(inWords(FIRST));
    await page.evaluate(() => navigator.serviceWorker.ready);
    await page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
    await alone.stop();
    await page.reload();
    await verdict(inWords(FIRST));
    await page.getByRole("button", { name: "Fix all…" }).click();
    await page.locator(".diff .cm-editor").first().waitFor();
    await page.getByRole("button", { name: "Cancel" }).click();
    assert.equal((await downloaded())["larkspur/ReleaseNotes.md"], connector()["ReleaseNotes.md"]);
  });

  test("the page and the headers forbid every connection except to itself", async () => {
    const { headers } = await fetch(site.url);
    const html = readFileSync(join(home, "index.html"), "utf8");
    const meta = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)[1];
    assert.equal(headers.get("content-security-policy"), `${meta}; frame-ancestors 'none'`);
    assert.doesNotMatch(meta, /unsafe-inline|unsafe-eval'? |https?:/);
    await page.goto(site.url);
    const refused = await page.evaluate(() =>
      fetch("https://example.com/").then(
        () => false,
        () => true,
      ),
    );
    assert.equal(refused, true);
    assert.equal(complaints.filter((text) => text.includes("Content Security Policy")).length > 0, true);
    complaints = [];
    assert.match(await page.locator(".hero").textContent(), /Nothing you drop leaves this tab/);
  });

  for (const colorScheme of ["light", "dark"]) {
    for (const [label, width] of [
      ["wide", 1440],
      ["narrow", 360],
    ]) {
      test(`axe finds nothing to object to: ${colorScheme}, ${label}`, async () => {
        await openContext({ colorScheme, viewport: { width, height: 800 }, serviceWorkers: "block" });
        const axe = readFileSync(join(root, "node_modules", "axe-core", "axe.min.js"), "utf8");
        const judge = async (state) => {
          const violations = await page.evaluate(async () => {
            const { violations } = await globalThis.axe.run(document, {
              runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
            });
            return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
          });
          assert.deepEqual(violations, [], state);
          const overflow = await page.evaluate(
            () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
          );
          assert.equal(overflow, 0, `${state} is wider than the screen`);
        };
        await page.goto(site.url);
        await verdict(inWords(FIRST));
        await page.evaluate(axe);
        await judge("landing");
        await page.evaluate(() => {
          location.hash = "#/check";
        });
        await page.locator(".pane").hover();
        await page.locator(".cm-lintRange").first().waitFor();
        await judge("working");
        await page.getByRole("button", { name: "Fix all…" }).click();
        await page.locator(".diff .cm-editor").first().waitFor();
        await judge("fix all");
        await page
          .getByRole("dialog")
          .getByLabel(/^Suggested/)
          .check();
        await page.getByRole("button", { name: /^Make/ }).click();
        await verdict("No findings");
        await judge("clean");
        await page.getByRole("button", { name: "Export…" }).click();
        await page.locator("dialog .link button:enabled").waitFor();
        await judge("export");
        await page.keyboard.press("Escape");
        await page.getByRole("button", { name: "Open…" }).click();
        await judge("open");
        await page.keyboard.press("Escape");
        await page.getByRole("link", { name: "Start from an event" }).click();
        await page.locator("#part-start .verdict").waitFor();
        await judge("start from an event");
        await page.getByRole("link", { name: "Preview" }).click();
        await page.locator("#part-preview .verdict").waitFor();
        await judge("preview");
      });
    }
  }

  test("light and dark follow the system until somebody chooses, and the choice stays", async () => {
    await openContext({ colorScheme: "dark", serviceWorkers: "block" });
    await page.goto(site.url);
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const dark = await background();
    await page.getByRole("button", { name: "Switch to the light theme" }).click();
    const light = await background();
    assert.notEqual(light, dark);
    await page.reload();
    assert.equal(await background(), light);
    await page.getByRole("button", { name: "Switch to the dark theme" }).waitFor();
  });

  test("TypeScript has nothing to object to", async () => {
    const tsc = join(root, "node_modules", ".bin", "tsc");
    await promisify(execFile)(tsc, ["-p", join(root, "www")]).catch((error) => assert.fail(error.stdout));
  });

  test("the built page names every file that it needs to work offline", () => {
    const worker = readFileSync(join(home, "sw.js"), "utf8");
    const [, list] = /const FILES = (\[[^\]]*\])/.exec(worker);
    const files = JSON.parse(list);
    assert.ok(files.includes("./"));
    assert.ok(files.every((path) => path === "./" || existsSync(join(home, path))));
    assert.ok(readdirSync(join(home, "assets")).every((name) => files.includes(`./assets/${name}`)));
  });
});
