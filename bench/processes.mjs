// The processes of a measurement: the load generator, what the Workers send to, workerd, and the CPU that it takes.

import { execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { out } from "./workers.mjs";

const stops = [];

/** Ends every process that was started. */
export function stopAll() {
  for (const stop of stops.reverse()) {
    stop();
  }
}

export function buildLoad() {
  const manifest = fileURLToPath(new URL("./load/Cargo.toml", import.meta.url));
  const target = join(out, "load");
  const cargo = [
    "build",
    "--release",
    "--quiet",
    "--locked",
    "--manifest-path",
    manifest,
    "--target-dir",
    target,
  ];
  execFileSync("cargo", cargo, { stdio: ["ignore", "ignore", "inherit"] });
  const program = join(target, "release/load");
  const run = promisify(execFile);
  return {
    program,
    run: async (...words) => JSON.parse((await run(program, words.map(String))).stdout),
  };
}

export async function startUpstream({ program }) {
  const child = spawn(program, ["upstream"], { stdio: ["pipe", "pipe", "inherit"] });
  stops.push(() => child.kill());
  const [port] = await once(createInterface({ input: child.stdout }), "line");
  const ask = async (what) => {
    const response = await fetch(`http://127.0.0.1:${port}/control/${what}`);
    return Buffer.from(await response.arrayBuffer());
  };
  return { port, ask, count: async () => Number(await ask("count")) };
}

/** Starts workerd as `configure` said, and waits until it serves. */
export async function startWorker(name, { address, command }) {
  // The relay logs a line for each delivery; where that goes is not part of what is measured.
  const child = spawn(command[0], command.slice(1), { stdio: ["ignore", "ignore", "inherit"] });
  const stop = () => child.kill("SIGKILL");
  stops.push(stop);
  for (let tries = 0; child.exitCode === null && tries < 400; tries++) {
    try {
      await fetch(`http://${address}/`);
      return { address, pid: child.pid, stop };
    } catch {
      await sleep(25);
    }
  }
  throw new Error(`workerd does not serve ${name}`);
}

// CPU time of a process in µs, user and system: what its threads ran, which the kernel also knows in ns.
// /proc/<pid>/stat has the same sum in ticks of 10 ms, too coarse for a round of half a second.
export function cpu(pid) {
  const threads = readdirSync(`/proc/${pid}/task`);
  const ran = (thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, "latin1").split(" ")[0]);
  return threads.reduce((sum, thread) => sum + ran(thread), 0) / 1000;
}
