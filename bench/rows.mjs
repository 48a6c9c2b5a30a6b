// What the benchmark demands of the rows that arrive, and of the calls that bring them.

import { isDeepStrictEqual } from "node:util";
import { gunzipSync } from "node:zlib";

const LINE =
  /^POST \/dataCollectionRules\/dcr-\w+\/streams\/Custom-GitHubEvents\?api-version=2023-01-01 HTTP/;

/** The rows of a call to the Data Collection Endpoint. Throws what is wrong with the call. */
export function rowsOf(call) {
  const end = call.indexOf("\r\n\r\n");
  const head = call.subarray(0, end).toString("latin1");
  const gzipped = /^content-encoding: *gzip\r?$/im.test(head);
  const bytes = call.subarray(end + 4);
  if (!LINE.test(head)) {
    throw new Error(`the call went to ${head.split("\r\n")[0]}`);
  }
  if (
    !/^authorization: Bearer eyJ\w+\.\w+\r?$/im.test(head) ||
    !/^content-type: application\/json/im.test(head)
  ) {
    throw new Error("the call lacks its token or its content type");
  }
  const rows = JSON.parse((gzipped ? gunzipSync(bytes) : bytes).toString());
  if (!Array.isArray(rows)) {
    throw new Error("the body is not an array");
  }
  return rows;
}

/** The row that an event demands; `received` is when it arrived, in milliseconds since 1970. */
export function expectedRow({ body, delivery, event, received }) {
  const { action, organization, ref, repository, sender } = JSON.parse(body);
  const created = repository.created_at;
  return {
    EventTime: received,
    EventType: event,
    DeliveryId: delivery,
    Action: action,
    Actor: sender.login,
    ActorId: sender.id,
    Repository: repository.full_name,
    RepositoryId: repository.id,
    Organization: organization.login,
    Ref: ref,
    Private: repository.private,
    CreatedAt: typeof created === "number" ? created * 1000 : Date.parse(created),
    Url: repository.html_url,
    Sender: sender,
  };
}

/**
 * Throws the first column that differs. A column without a value may be null or absent; instants are compared as such,
 * and that of the arrival may be `late` by so many milliseconds.
 */
export function demand(row, expected, late = 0) {
  const instant = (text) => (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(text) ? Date.parse(text) : Number.NaN);
  const wrong = [...new Set([...Object.keys(expected), ...Object.keys(row)])].find((column) => {
    const is = row[column] ?? null;
    const should = expected[column] ?? null;
    if (column === "EventTime") {
      return !(Math.abs(instant(is) - should) <= late);
    }
    return column === "CreatedAt" ? instant(is) !== should : !isDeepStrictEqual(is, should);
  });
  if (wrong !== undefined) {
    throw new Error(`the column ${wrong} holds ${JSON.stringify(row[wrong])}`);
  }
}
