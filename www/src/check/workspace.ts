// What is open: the files, their findings, and what is selected. Everything else on the page shows it or changes it.

import type { Finding, Fix, Kusto, Options, Range, Severity } from "ccf-edge";
import { theEngine } from "../engine.ts";

/** A text, or the bytes of a file that is no text. */
export type Content = string | Uint8Array;
export type Files = ReadonlyMap<string, Content>;

/** Files from one folder, and its name where they had one. */
export interface Opened {
  name?: string | undefined;
  files: Files;
}

export interface Change {
  path: string;
  /** The editor has its own changes already. */
  by: "editor" | "page";
}

interface Topics {
  /** Other files are open. */
  opened: undefined;
  changed: Change[];
  /** There are new findings, or others are visible. */
  checked: undefined;
  /** Another file or finding is shown; `focus` when the reader asked for the place itself. */
  selected: { range: Range | undefined; focus: boolean };
}

export const SEVERITIES: Severity[] = ["error", "warning", "info"];

/** A finding has no identity of its own; this is the same one after the next check, if it is still there. */
export function keyOf({ code, file, pointer, message }: Finding): string {
  return [code, file, pointer, message].join("\0");
}

const CONFIG = "ccf-edge.json";
/** What a reader feels as at once, while a burst of keys still makes one check. */
const PAUSE = 100;
/** How often chosen fixes are made again: those that touch the same text are not made together. */
const ROUNDS = 10;

export class Workspace {
  name: string | undefined;
  files = new Map<string, Content>();
  findings: Finding[] = [];
  /** Why the configuration among the files is not used. */
  trouble: string | undefined;
  /** How long the last check took, in milliseconds; zero after the first, which also warms the module up. */
  took = 0;
  /** The file that is shown. */
  file: string | undefined;
  /** The finding that is explained. */
  finding: Finding | undefined;
  /** The service that is asked about transformations, when the reader wants that. */
  kusto: Kusto | undefined;
  /** Changed since the last download. */
  unsaved = false;

  readonly hidden = new Set<Severity>();
  rule = "";

  #timer: ReturnType<typeof setTimeout> | undefined;
  #listeners = new Map<keyof Topics, ((detail: never) => void)[]>();

  on<T extends keyof Topics>(topic: T, listener: (detail: Topics[T]) => void): void {
    const listeners = this.#listeners.get(topic) ?? [];
    listeners.push(listener);
    this.#listeners.set(topic, listeners);
  }

  #tell<T extends keyof Topics>(topic: T, detail: Topics[T]): void {
    for (const listener of this.#listeners.get(topic) ?? [])
      (listener as (detail: Topics[T]) => void)(detail);
  }

  /** Opens other files and shows their first finding; `known` are their findings where they were checked before. */
  open({ name, files }: Opened, known?: Finding[]): void {
    this.name = name;
    this.files = new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
    this.finding = undefined;
    this.file = undefined;
    this.unsaved = false;
    this.hidden.clear();
    this.rule = "";
    if (known === undefined) this.#check();
    else {
      this.trouble = undefined;
      this.findings = known;
    }
    this.took = 0;
    this.file = this.findings[0]?.file ?? [...this.files.keys()].find(isJson) ?? [...this.files.keys()][0];
    this.#tell("opened", undefined);
    this.#tell("checked", undefined);
    this.select(this.findings[0]);
  }

  /** What is open now, to come back to. */
  snapshot(): Opened {
    return { name: this.name, files: new Map(this.files) };
  }

  options(): Options {
    const config = this.files.get(CONFIG);
    const used = typeof config === "string" && this.trouble === undefined;
    return { name: this.name, kusto: this.kusto, ...(used ? { config } : {}) };
  }

  /** The findings that the filters let through. */
  visible(): Finding[] {
    return this.findings.filter(
      ({ severity, code }) => !this.hidden.has(severity) && (this.rule === "" || this.rule === code),
    );
  }

  filter(change: { severity?: Severity; rule?: string }): void {
    if (change.severity !== undefined && !this.hidden.delete(change.severity))
      this.hidden.add(change.severity);
    if (change.rule !== undefined) this.rule = change.rule;
    this.#tell("checked", undefined);
  }

  /** The text of a file was edited; it is checked when the keys rest. */
  edited(path: string, text: string): void {
    this.files.set(path, text);
    this.unsaved = true;
    this.#tell("changed", [{ path, by: "editor" }]);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.checkNow(), Math.max(PAUSE, this.took * 3));
  }

  write(texts: [string, Content][]): void {
    const changes: Change[] = [];
    for (const [path, content] of texts) {
      if (this.files.get(path) === content) continue;
      this.files.set(path, content);
      changes.push({ path, by: "page" });
    }
    this.unsaved = true;
    this.#tell("changed", changes);
    this.checkNow();
  }

  checkNow(): void {
    clearTimeout(this.#timer);
    this.#check();
    this.#tell("checked", undefined);
  }

  /** Shows a finding: its reasons and, in its file, its place. */
  select(finding: Finding | undefined, focus = false): void {
    this.finding = finding;
    if (finding !== undefined && this.files.has(finding.file)) this.file = finding.file;
    this.#tell("selected", { range: finding?.range, focus });
  }

  /** Explains a finding whose place is in view already. */
  explain(finding: Finding): void {
    this.finding = finding;
    this.#tell("selected", { range: undefined, focus: false });
  }

  /** Shows a file, or a place in it. */
  show(path: string, range?: Range, focus = false): void {
    if (!this.files.has(path)) return;
    this.file = path;
    this.#tell("selected", { range, focus });
  }

  /** Makes one fix, and shows what comes next; gives what the files were before. */
  mend(finding: Finding, chosen: Fix): [string, Content][] {
    const at = this.findings.indexOf(finding);
    const { files } = theEngine().fix(this.files, [{ ...finding, fixes: [chosen] }], { suggested: true });
    const before = this.#contents(Object.keys(files));
    this.write(Object.entries(files));
    if (this.finding === undefined) {
      const next = this.findings.slice(Math.max(at, 0)).find((other) => this.visible().includes(other));
      this.select(next ?? this.visible()[0]);
    }
    return before;
  }

  /** What the files become when these findings are mended, each by the fix given with it. */
  mended(chosen: { finding: Finding; fix: Fix }[]): { files: Map<string, string>; made: number } {
    const { check, fix } = theEngine();
    const titles = new Map(chosen.map((choice) => [keyOf(choice.finding), choice.fix.title]));
    const now = new Map(this.files);
    const files = new Map<string, string>();
    let made = 0;
    let open = chosen.map((choice) => ({ ...choice.finding, fixes: [choice.fix] }));
    for (let round = 0; round < ROUNDS && open.length > 0; round += 1) {
      const result = fix(now, open, { suggested: true });
      if (result.made === 0) break;
      made += result.made;
      for (const [path, text] of Object.entries(result.files)) {
        now.set(path, text);
        files.set(path, text);
      }
      open = check(now, this.options()).flatMap((finding) => {
        const again = finding.fixes.find(({ title }) => title === titles.get(keyOf(finding)));
        return again === undefined ? [] : [{ ...finding, fixes: [again] }];
      });
    }
    return { files, made };
  }

  /** Puts texts in the place of others, and shows a finding; gives what the files were before. */
  apply(contents: Iterable<[string, Content]>): [string, Content][] {
    const texts = [...contents];
    const before = this.#contents(texts.map(([path]) => path));
    this.write(texts);
    if (this.finding === undefined) this.select(this.visible()[0]);
    return before;
  }

  #contents(paths: Iterable<string>): [string, Content][] {
    return [...paths].flatMap((path): [string, Content][] => {
      const content = this.files.get(path);
      return content === undefined ? [] : [[path, content]];
    });
  }

  #check(): void {
    const { check } = theEngine();
    const started = performance.now();
    this.trouble = undefined;
    try {
      this.findings = check(this.files, this.options());
    } catch (error) {
      this.trouble = messageOf(error);
      this.findings = check(this.files, { name: this.name, kusto: this.kusto });
    }
    this.took = performance.now() - started;
    if (this.finding !== undefined) {
      const key = keyOf(this.finding);
      this.finding = this.findings.find((finding) => keyOf(finding) === key);
    }
  }
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

export function isJson(path: string): boolean {
  return /\.json$/i.test(path);
}

/** The last part of a path. */
export function baseOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

/** How many findings of each severity there are. */
export function countsOf(findings: Finding[]): Record<Severity, number> {
  const counts = { error: 0, warning: 0, info: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}
