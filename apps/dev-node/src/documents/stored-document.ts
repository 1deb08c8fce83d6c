import { arrayItems, objectFields } from "@miroir/meilisearch";
import type { JsonObject } from "../engine/json-tree.ts";
import { parseJsonTree } from "../engine/json-tree.ts";
import type { DocumentVectors } from "./vectors.ts";

/** A document as it is kept: the text of every top-level field, untouched, and the values that are indexed. */
export interface StoredDocument {
  readonly docid: number;
  readonly id: string;
  /** Field → JSON text; `_vectors` is kept apart. */
  readonly fields: ReadonlyMap<string, string>;
  readonly vectors: DocumentVectors;
  readonly tree: JsonObject;
}

/** The top-level fields of an object's text; of a field given twice the last counts. */
export function fieldTexts(objectText: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const { key, valueStart, valueEnd } of objectFields(objectText)) {
    fields.set(key, objectText.slice(valueStart, valueEnd));
  }
  return fields;
}

export function objectText(fields: Iterable<readonly [string, string]>): string {
  return `{${[...fields].map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
}

export function storeDocument(
  docid: number,
  id: string,
  fields: ReadonlyMap<string, string>,
  vectors: DocumentVectors,
): StoredDocument {
  const kept = new Map(fields);
  kept.delete("_vectors");
  return { docid, id, fields: kept, vectors, tree: parseJsonTree(objectText(kept)) as JsonObject };
}

/** Cuts the fields named by dotted paths out of a document's texts; null keeps everything. */
export function selectFields(
  fields: ReadonlyMap<string, string>,
  paths: readonly string[] | null,
): Map<string, string> {
  if (paths === null) return new Map(fields);
  const out = new Map<string, string>();
  for (const [key, text] of fields) {
    const cut = selectValue(text, key, paths);
    if (cut !== null) out.set(key, cut);
  }
  return out;
}

function selectValue(text: string, path: string, paths: readonly string[]): string | null {
  if (paths.includes(path)) return text;
  const inner = paths.filter((candidate) => candidate.startsWith(`${path}.`));
  if (inner.length === 0) return null;
  if (text.startsWith("{")) {
    const members: [string, string][] = [];
    for (const [key, value] of fieldTexts(text)) {
      const cut = selectValue(value, `${path}.${key}`, inner);
      if (cut !== null) members.push([key, cut]);
    }
    return members.length === 0 ? null : objectText(members);
  }
  if (text.startsWith("[")) {
    const items: string[] = [];
    for (const { start, end } of arrayItems(text)) {
      const item = text.slice(start, end);
      const cut = item.startsWith("{") || item.startsWith("[") ? selectValue(item, path, inner) : null;
      if (cut !== null) items.push(cut);
    }
    return items.length === 0 ? null : `[${items.join(",")}]`;
  }
  return null;
}
