// The limit: what no consumer can leave out. It takes the bytes of every message to where they can be read, makes one
// call, logs a line and acknowledges. Nothing is read, made or compressed.

// As long as ccf-edge's call for such a batch.
const call = new Uint8Array(21_900).map((_, index) => (index * 0x9e3779b1) >>> 24);

let room = new Uint8Array(1 << 20);
let init;

export default {
  async queue(batch, env) {
    const { messages } = batch;
    const started = Date.now();
    let at = 0;
    for (const { body } of messages) {
      if (at + body.byteLength > room.length) {
        room = new Uint8Array(2 * (at + body.byteLength));
      }
      room.set(new Uint8Array(body), at);
      at += body.byteLength;
    }
    init ??= {
      method: "POST",
      headers: new Headers({
        Authorization: `Bearer ${"x".repeat(1400)}`,
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
      }),
      body: call,
      url: `${env.DCE_ENDPOINT}/dataCollectionRules/${env.DCR_IMMUTABLE_ID}/streams/${env.STREAM_NAME}?api-version=2023-01-01`,
    };
    const { status } = await fetch(init.url, init);
    for (const message of messages) {
      if (status === 204) {
        message.ack();
      } else {
        message.retry();
      }
    }
    console.log(
      `{"log":"batch","messages":${messages.length},"status":${status},"ms":${Date.now() - started}}`,
    );
  },
};
