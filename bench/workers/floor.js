// The floor: what workerd takes to read a webhook and to make one call, with no work between.

let init;

export default {
  async fetch(request, env) {
    await request.arrayBuffer();
    init ??= {
      method: "POST",
      headers: new Headers({
        Authorization: `Bearer ${"x".repeat(1400)}`,
        "Content-Type": "application/json",
      }),
      // As long as the row that the other Workers send.
      body: new TextEncoder().encode(`[{"Row":"${"x".repeat(1400)}"}]`),
      url: `${env.DCE_ENDPOINT}/dataCollectionRules/${env.DCR_IMMUTABLE_ID}/streams/${env.STREAM_NAME}?api-version=2023-01-01`,
    };
    const response = await fetch(init.url, init);
    return new Response(null, { status: response.status === 204 ? 202 : 503 });
  },
};
