import { arrayItems, MeilisearchError, parseJsonBody, skipSpace } from "@miroir/meilisearch";

/**
 * The ids in the body of `delete-batch`, in string form. Numbers keep the digits they were written with; an id of another
 * form matches nothing and is no error.
 *
 * @throws MeilisearchError what parseJsonBody throws; bad_request when the body is no array
 */
export function readDocumentIds(body: Buffer, contentType: string | undefined): string[] {
  const value = parseJsonBody(body, contentType);
  if (!Array.isArray(value))
    throw new MeilisearchError("bad_request", "Invalid value type: expected an array of document identifiers");
  const text = body.toString("utf8");
  return Array.from(arrayItems(text, skipSpace(text, 0)), ({ start, end }) => {
    const item = text.slice(start, end);
    return item.startsWith('"') ? (JSON.parse(item) as string) : item;
  });
}
