import { arrayItems, fieldText, isIndexUid, parseJsonBody, parseListFields } from "@miroir/meilisearch";
import { compareUtf8, RESERVED_PREFIX } from "@miroir/routing";
import type { FastifyInstance } from "fastify";
import type { Context } from "../context.ts";
import { scatter } from "../execute/scatter.ts";
import { indexNotFound } from "../indexes/index-errors.ts";
import { nodePath } from "../indexes/index-name.ts";
import { requireIndex } from "../indexes/registry.ts";
import { bodyOf, sendAnswer } from "./http.ts";

/** A node has no more fields than this in an index. */
const ALL_FIELDS = 65_536;

/** `/indexes/{uid}/fields`: every field that any document has, and what the settings make of it. */
export function registerFields(app: FastifyInstance, context: Context): void {
  app.post("/indexes/:indexUid/fields", { config: { action: "fields.post" } }, async (http, reply) => {
    const { indexUid } = http.params as { indexUid: string };
    const { offset, limit, filter } = parseListFields(parseJsonBody(bodyOf(http), http.headers["content-type"]));
    // Only here, a uid that no index can have is one that no index has.
    if (!isIndexUid(indexUid)) throw indexNotFound(indexUid);
    const index = await requireIndex(context, indexUid);
    const { parts } = await scatter(context, {
      index,
      key: "fields",
      signal: http.clientGone,
      request: () => ({
        method: "POST",
        path: nodePath(index, "/fields"),
        body: JSON.stringify({ offset: 0, limit: ALL_FIELDS, filter }),
      }),
      read: readFields,
    });
    const byName = new Map(parts.flatMap(({ value }) => value));
    const fields = [...byName].filter(([name]) => !name.startsWith(RESERVED_PREFIX));
    fields.sort(([a], [b]) => compareUtf8(a, b));
    const page = fields.slice(offset, offset + limit).map(([, text]) => text);
    const json = `{"results":[${page.join(",")}],"offset":${offset},"limit":${limit},"total":${fields.length}}`;
    return sendAnswer(reply, json);
  });
}

/** The fields of a node's answer, each as JSON text. @throws SyntaxError when the text is no list of fields */
function readFields(text: string): [name: string, text: string][] {
  const results = fieldText(text, "results");
  if (results === undefined) throw new SyntaxError("a list of fields without results");
  return Array.from(arrayItems(results), ({ start, end }) => {
    const item = results.slice(start, end);
    return [JSON.parse(fieldText(item, "name") ?? '""') as string, item];
  });
}
