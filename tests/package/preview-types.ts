// Compiled with `tsc --strict` against the package's types, then run: what is printed is held against the same types.

import {
  type Generated,
  init,
  type Preview,
  type PreviewInput,
  preview,
  ready,
  type SourceInfo,
  sample,
  sign,
  sources,
} from "ccf-edge/preview";

await ready;
const generated: Generated = init('{"id":"a","at":"2026-11-23T06:00:00Z"}', {
  product: "Larkspur",
  timeColumn: "at",
  now: 0,
});
const dcr = generated.files["Larkspur/Data Connectors/Larkspur_ccf/DCR.json"] ?? "";
const all: SourceInfo[] = sources();
const found = sample("slack");
if (found === undefined) throw new Error("no sample");
const secret = "a-secret";
const input: PreviewInput = {
  source: "slack",
  secret,
  headers: found.headers,
  body: found.body,
  dcr,
  now: 0,
};
const signed = sign({ ...input, secret });
const hello = sign({ ...input, secret, body: '{"type":"url_verification","challenge":"abc"}' });
const previews: Preview[] = [
  preview({ ...input, ...signed }),
  preview({ ...input, ...hello }),
  preview(input),
  preview({ ...input, secret: undefined, relay: { columns: { id: ".x | nope", raisedAt: '"soon"' } } }),
  preview({ ...input, secret: [], body: "{", dcr: "{" }),
];
console.log(JSON.stringify({ generated, sources: all, previews }));
