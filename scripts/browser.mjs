// Finds and starts the Chromium that the tests of pages run in, and installs it where that can be done without a
// question.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";

const NAMES = [
  "chromium",
  "chromium-browser",
  "google-chrome",
  "google-chrome-stable",
  "chrome.exe",
  "msedge.exe",
];
const MAC = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome";

/** The path of Chromium or of a browser that is built from it; `CHROMIUM` names another one. */
function browserProgram() {
  const found = findBrowser();
  if (found === undefined) {
    throw new Error(
      "There is no Chromium: install it (Debian: apt-get install chromium), or name one in CHROMIUM.",
    );
  }
  return found;
}

/** The same, or undefined when there is none. */
function findBrowser() {
  if (process.env.CHROMIUM) return process.env.CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const paths = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...paths, MAC].find((path) => existsSync(path));
}

/** Starts it; it asks nothing of the network but what its pages do. */
export async function startBrowser() {
  const { chromium } = await import("playwright-core");
  return chromium.launch({
    executablePath: browserProgram(),
    args: ["--no-sandbox", "--disable-quic", "--disable-background-networking"],
  });
}

/** Installs Debian's Chromium when there is no browser and this is root on Debian, as in most containers. */
export function installBrowser() {
  if (findBrowser() !== undefined || process.getuid?.() !== 0 || !existsSync("/usr/bin/apt-get")) return;
  process.stderr.write(
    "[setup] chromium: installing, because the tests of pages run in it (about a minute)\n",
  );
  const apt = (...args) => spawnSync("apt-get", ["-qq", ...args], { stdio: ["ignore", "ignore", "inherit"] });
  const install = () => apt("install", "--yes", "--no-install-recommends", "chromium");
  // The lists of packages may be old or missing.
  if (install().status !== 0) {
    apt("update");
    install();
  }
}
