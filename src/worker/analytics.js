// Points for Cloudflare's Analytics Engine. The core says what is in them (src/metrics.rs).

/** Writes points, a JSON array. Writing waits for nothing, and what does not work harms nothing. */
export function measure(dataset, points) {
  try {
    for (const point of JSON.parse(points)) {
      dataset.writeDataPoint(point);
    }
  } catch (error) {
    console.warn(JSON.stringify({ log: "analytics", error: String(error) }));
  }
}
