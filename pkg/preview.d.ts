/**
 * The relay for people who write a hook: what it would do with a delivery, without Azure and without a Worker.
 *
 * This is the code that runs in the Worker. Nothing leaves the process.
 */

/** Resolves when the other functions may be called. In Node and in Workers that is at once. */
export const ready: Promise<void>;

/** A header field: its name in any case, and its value. */
export type Header = [name: string, value: string];

/** One HTTP request from a sender. */
export interface Delivery {
  /** The method in upper case; `POST` without one. */
  method?: string | undefined;
  /** The URL that the sender calls; some sources sign it, some put a token there. */
  url?: string | undefined;
  headers: Header[];
  /** The body as it comes over the wire. */
  body: string | Uint8Array;
}

/** The members of a hook in relay.json that decide what becomes of a delivery. */
export interface HookSettings {
  /** jq expressions by the names of the stream's columns. */
  columns?: Record<string, string> | undefined;
  /** The jq expression that makes several events of one delivery. */
  events?: string | undefined;
  /** Members that replace those of the source's scheme. */
  auth?: Record<string, unknown> | undefined;
  /** What the source wants to know of the hook; see `SourceInfo.config`. */
  config?: Record<string, string> | undefined;
}

export interface PreviewInput extends Delivery {
  /** The id of a source; see `sources()`. */
  source: string;
  /** What the hook verifies with: one secret, or several while it is rotated. Without one nothing is verified. */
  secret?: string | string[] | undefined;
  /** The source's further secrets, by name; see `SourceInfo.namedSecrets`. */
  namedSecrets?: Record<string, string> | undefined;
  relay?: HookSettings | undefined;
  /** The text of DCR.json. */
  dcr: string;
  /** The stream that the rows go to; without it the first that the DCR declares. */
  stream?: string | undefined;
  /** When the delivery arrives, in milliseconds since 1970; without it, now. */
  now?: number | undefined;
}

/** What the relay makes of the sender. */
export type Verification =
  /** The delivery is the source's own. */
  | { state: "verified" }
  /** No secret was given, so nothing was verified; the rows are what a good signature would give. */
  | { state: "unchecked" }
  /** It is turned away. The rows are what it would have given. */
  | { state: "rejected"; code: string; reason: string; reply: Reply }
  /** It is no event: the relay answers it itself. */
  | { state: "handshake"; reply: Reply }
  /** Public keys are needed that the Worker fetches; a preview fetches nothing. */
  | { state: "needs-key"; url: string }
  /** A handshake that the Worker answers by visiting this URL. */
  | { state: "visit"; url: string };

/** What the sender hears. */
export interface Reply {
  status: number;
  headers: Header[];
  body: string;
}

/** A mistake in what was given, or a secret that the source cannot use. */
export interface PreviewError {
  /** Where: an expression of `relay.columns`, `relay.events`, elsewhere in `relay`, the DCR, or the secret. */
  in: "column" | "events" | "relay" | "dcr" | "secret";
  /** The stream's column, for `column`. */
  name: string | null;
  /** Where in the expression or the DCR's text: an index of the JavaScript string. */
  offset: number | null;
  /** The line there, from 1. */
  line: number | null;
  /** The column on that line, from 1, in UTF-16 code units. */
  column: number | null;
  /** The kind of the mistake, such as `jq`, `unknown-column`, `dcr` or `bad-secret`. */
  code: string;
  message: string;
}

export type ColumnType = "string" | "int" | "long" | "real" | "boolean" | "datetime" | "dynamic";

/** A column of the stream and what fills it. */
export interface PreviewColumn {
  name: string;
  type: ColumnType;
  /** `hook`: `relay.columns`. `source`: the source's own expression. `name`: a member of the event of that name. */
  from: "hook" | "source" | "name";
  /** The expression, unless the name decides. */
  expression: string | null;
}

/** Why a value did not reach its column as it was. */
export interface LossReason {
  code: "wrong_type" | "out_of_range" | "not_a" | "fraction" | "cut" | "expression";
  reason: string;
}

/** A row's value in one column. */
export interface Cell {
  /** The value as JSON text, exactly as it is sent; null when the row leaves the column out, which Azure fills with null. */
  json: string | null;
  loss: LossReason | null;
}

/** One call of Azure's Logs Ingestion API. */
export interface AzureRequest {
  /** The rows that it carries: from this index … */
  from: number;
  /** … to the one before this index. */
  to: number;
  /** The JSON that Azure receives, exactly. */
  json: string;
  /** Its size in bytes. */
  bytes: number;
  /** Its size in bytes as it goes over the wire. */
  sentBytes: number;
  /** Whether it is compressed on the wire. */
  gzip: boolean;
}

export interface Preview {
  /** Null when `errors` leave nothing to verify with. */
  verification: Verification | null;
  /** The sender's id of the delivery. */
  deliveryId: string | null;
  /** The sender's word for what happened. */
  eventType: string | null;
  /** Why the delivery has no rows although its sender is right: it is not JSON, or `events` fails on it. */
  refused: { code: string; reason: string } | null;
  /** The events, each as JSON text. */
  events: string[];
  /** The columns of the stream. */
  columns: PreviewColumn[];
  /** A row for each event, a cell for each of `columns`. */
  rows: Cell[][];
  /** How many values were lost. */
  losses: number;
  /** What would be sent to Azure. */
  requests: AzureRequest[];
  /** What would be logged of the delivery: one line of JSON. Null when there was nothing to judge. */
  log: string | null;
  /** Mistakes. A column whose expression is wrong is null in every row, so that the others can be seen. */
  errors: PreviewError[];
}

/** What the relay would do with a delivery. Never throws for what is in the delivery, the DCR or the expressions. */
export function preview(input: PreviewInput): Preview;

/** A product that sends webhooks. */
export interface SourceInfo {
  id: string;
  name: string;
  category:
    | "generic"
    | "code"
    | "security"
    | "identity"
    | "cloud"
    | "network"
    | "operations"
    | "collaboration"
    | "business";
  /** Pages of the vendor. */
  docs: string[];
  /** Where in the product the webhook is made. */
  setup: string | null;
  notes: string | null;
  /** Whether the operator chooses the secret, the product makes it, or there is none. */
  secret: "chosen" | "given" | "sent" | "none";
  /** How it proves who it is. */
  method: "hmac" | "token" | "basic" | "ed25519" | "ecdsa_p256" | "rsa_pkcs1" | "jwt" | "native" | "none";
  /** Whether `sign` can sign for it. */
  signs: boolean;
  /** A made-up secret of the form that its secrets have, for a try; null where it has none or keys are public. */
  exampleSecret: string | null;
  /** What `relay.config` has to say: by name what it is. */
  config: Record<string, string>;
  /** Further secrets: by name what it is. */
  namedSecrets: Record<string, string>;
  /** The expressions that fill columns of these names unless the hook writes its own. */
  columns: Record<string, string>;
  /** The expression that says which events a delivery holds; null when it is one event. */
  events: string | null;
  /** The names of its sample deliveries; none for some. */
  samples: string[];
}

/** A mistake in relay.json or DCR.json. */
export interface RelayMistake {
  file: "relay.json" | "DCR.json";
  /** The line, from 1. */
  line: number;
  /** The column on that line, from 1. */
  column: number;
  /** The kind of the mistake, such as `unknown-column`. */
  code: string;
  message: string;
}

/**
 * Every mistake in the texts of relay.json and DCR.json, and the names of the Worker secrets that have to exist.
 *
 * `development` allows a data collection endpoint on loopback.
 */
export function checkRelay(
  relay: string,
  dcr: string,
  options?: { development?: boolean | undefined },
): {
  errors: RelayMistake[];
  secrets: string[];
  /** The names of the hooks that need the Durable Object of the window against duplicates. */
  dedupe: string[];
};

/** Every source, sorted by id. */
export function sources(): SourceInfo[];

/** A made-up delivery of a source, unsigned: the sample of that name, or its first; undefined when it has none. */
export function sample(
  source: string,
  name?: string,
): { name: string; method: string; headers: Header[]; body: string } | undefined;

export interface SignInput extends Delivery {
  source: string;
  secret: string;
  /** `auth` and `config` count. */
  relay?: HookSettings | undefined;
  now?: number | undefined;
}

/**
 * Signs a delivery as its source would. Gives it with what proves it, which may stand in a header, the URL or the body.
 *
 * @throws Error when the secret is none of the source's form, or the source signs with a key that nobody else has.
 */
export function sign(input: SignInput): {
  method: string;
  url: string;
  headers: Header[];
  body: string | Uint8Array;
};

/** What `init` cannot read from the event. */
export interface InitOptions {
  /** The product as people call it; `Example` without one. */
  product?: string | undefined;
  /** Who publishes the connector; the product without one. */
  publisher?: string | undefined;
  /** The connector's id, such as `LarkspurPush`; made of the product without one. */
  connectorId?: string | undefined;
  /** The table, such as `LarkspurEvents_CL`; made of the product without one. */
  table?: string | undefined;
  /**
   * The member of the event that says when it happened; without one, the first that looks like it. `null`: none, and
   * `TimeGenerated` is when Azure received the row.
   */
  timeColumn?: string | null | undefined;
  /** The date of the release in UTC, in milliseconds since 1970; without it, today. */
  now?: number | undefined;
}

/** A column that `init` proposes. */
export interface InitColumn {
  /** The member of the event; null for a column with the whole event. */
  member: string | null;
  /** The column of the stream. */
  stream: string;
  /** The column of the table. */
  table: string;
  type: "string" | "int" | "long" | "real" | "boolean" | "datetime" | "dynamic";
}

/** A connector made from one event. */
export interface Generated {
  /** From paths to texts: a folder with the solution, and beside it `relay.json`. */
  files: Record<string, string>;
  columns: InitColumn[];
  /** What to look at or fill in before it is published: Markdown, a sentence each. */
  todo: string[];
}

/**
 * Makes a whole connector from one sample event: an object, or an array of them, whose members are put together.
 *
 * @throws Error when the text is not JSON, holds no object, or an option is wrong.
 */
export function init(event: string, options?: InitOptions): Generated;
