// What every consumer does with the preview; the entry beside it says where the package comes from.

const DCR = JSON.stringify({
  type: "Microsoft.Insights/dataCollectionRules",
  properties: {
    streamDeclarations: {
      "Custom-Pushes": {
        columns: [
          { name: "Actor", type: "string" },
          { name: "Commits", type: "int" },
        ],
      },
    },
  },
});

/** Signs a sample, previews it, and previews a mistake. */
export async function run({ preview, ready, sample, sign, sources }) {
  await ready;
  const { exampleSecret, samples } = sources().find(({ id }) => id === "github");
  const { headers, body } = sample("github", "push");
  const now = 1_795_399_200_000;
  const url = "https://relay.example/hooks/github";
  const signed = sign({ source: "github", secret: exampleSecret, url, headers, body, now });
  const input = { source: "github", ...signed, dcr: DCR, now };
  const columns = { Commits: ".commits | length" };
  const good = preview({ ...input, secret: exampleSecret, relay: { columns } });
  const bad = preview({ ...input, secret: "another", relay: { columns: { Commits: ".commits | size" } } });
  return {
    samples: samples.includes("push"),
    state: good.verification.state,
    events: good.events.length,
    row: good.rows[0].map(({ json }) => JSON.parse(json)),
    sent: good.requests.map(({ from, to }) => [from, to]),
    errors: good.errors.length,
    rejected: bad.verification.code,
    mistake: bad.errors.map(({ name, offset }) => [name, offset]),
    unknown: sample("github", "nope") === undefined,
  };
}
