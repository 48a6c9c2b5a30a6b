/** How bad a finding is. */
export type Severity = "error" | "warning" | "info";

/**
 * The files to check: from paths with `/`, relative to a common folder, to texts or bytes.
 *
 * A whole solution, several, a folder of artifacts, or a single one.
 */
export type Files = Record<string, string | Uint8Array> | ReadonlyMap<string, string | Uint8Array>;

/** A decision to live with findings. */
export interface Suppression {
  /** The rule's code or name. */
  rule: string;
  /** The path of the file; `*` stands for any text without `/`, `**` for any text. Every file without one. */
  file?: string;
  /** The JSON Pointer of the place; it holds for everything below it too. The whole file without one. */
  pointer?: string;
  /** Why the finding may stay. */
  reason: string;
}

/** A column of a stream, or one that comes out of a transformation. */
export interface Column {
  name: string;
  type: string;
}

/** Microsoft's language service for Kusto: `await (await import("ccf-edge/kusto")).load()`. */
export interface Kusto {
  /** What the service says of a transformation of a stream with these columns. */
  analyze(
    text: string,
    columns: Column[],
  ): {
    /** What it finds wrong. The offsets are indexes of `text`. */
    diagnostics: { code: string; severity: string; message: string; start: number; end: number }[];
    /** The columns that come out. */
    columns: Column[];
  };
}

export interface Options {
  /** The name of the folder that the paths are relative to: the packager compares it with the solution's name. */
  name?: string | undefined;
  /** The levels of rules that differ from the rule's own, by code or name. */
  rules?: Record<string, Severity | "off"> | undefined;
  /** Findings that may stay. */
  suppress?: Suppression[] | undefined;
  /** Asks this service about every transformation: the rules CCF165 and CCF166 say what it answers. */
  kusto?: Kusto | undefined;
  /** The text of a configuration file: a JSON object with `rules` and `suppress`, with comments if wanted. */
  config?: string | undefined;
}

/** A place in a file's text. */
export interface Range {
  /** The line where it starts, from 1. */
  line: number;
  /** The column where it starts, from 1, in UTF-16 code units. */
  column: number;
  /** The line where it ends. */
  endLine: number;
  /** The column behind its end. */
  endColumn: number;
  /** Where it starts in the text: an index of the JavaScript string. */
  from: number;
  /** The index behind its end. */
  to: number;
}

/** Another place that has to do with a finding. */
export interface Related {
  file: string;
  /** The JSON Pointer (RFC 6901) of the value. */
  pointer: string;
  range: Range;
  /** What it has to do with the finding. */
  message: string;
}

/** Text that takes the place of other text. */
export interface Edit {
  file: string;
  range: Range;
  text: string;
}

/** Edits that mend a finding when all of them are made. */
export interface Fix {
  /** What it does: "Remove the byte order mark". */
  title: string;
  /** Whether it cannot be wrong. Otherwise the author should look at it. */
  safe: boolean;
  edits: Edit[];
}

/** A mistake in a connector. */
export interface Finding {
  /** The code of the rule, such as `CCF011`. */
  code: string;
  /** The name of the rule, such as `table-name-without-cl`. */
  name: string;
  severity: Severity;
  /** What is wrong here. */
  message: string;
  /** Why it matters: what Azure, the portal or the packager does then. Markdown. */
  why: string;
  /** What to do. Markdown. */
  help: string;
  /** The path of the file. */
  file: string;
  /** The JSON Pointer (RFC 6901) of the value; `""` is the whole file. */
  pointer: string;
  range: Range;
  related: Related[];
  /** Ways to mend it; the first is the best. */
  fixes: Fix[];
  /** The address of the rule's page. */
  url: string;
}

/** A rule. */
export interface Rule {
  code: string;
  name: string;
  /** How bad its findings are, unless one says otherwise. */
  severity: Severity;
  /** What it is about: `table`, `dcr`, `definition` … */
  family: string;
  /** What it checks. Markdown. */
  summary: string;
  why: string;
  help: string;
  url: string;
}

/** What fixing gave. */
export interface Fixed {
  /** The new texts of the files that changed. */
  files: Record<string, string>;
  /** How many fixes were made. Fixes that touch the same text are not made together: check again, then fix again. */
  made: number;
}

/**
 * Resolves when the other functions may be called. In Node and in Workers that is at once.
 */
export const ready: Promise<void>;

/**
 * Checks connectors. Findings come in the order of the paths, then of the text.
 *
 * @throws Error when the options are wrong; the message has every mistake.
 */
export function check(files: Files, options?: Options): Finding[];

/**
 * Checks connectors and writes the findings: `text` and `colour` for a terminal, `github` for GitHub Actions, `sarif`
 * for code scanning, `markdown` for people.
 */
export function report(
  files: Files,
  format: "text" | "colour" | "github" | "sarif" | "markdown",
  options?: Options,
): string;

/**
 * Mends the files: makes the safe fix of each finding that has one; with `suggested` the first of each that has any.
 */
export function fix(files: Files, findings: Finding[], options?: { suggested?: boolean }): Fixed;

/** Every rule, in the order of the codes. */
export function rules(): Rule[];

/** The page of a rule, in Markdown, by its code or its name. */
export function explain(rule: string): string | undefined;
