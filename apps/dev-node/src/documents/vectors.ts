import type { Settings } from "@miroir/meilisearch";
import type { StoredDocument } from "./stored-document.ts";
import { fieldTexts, objectText } from "./stored-document.ts";

/** `_vectors` as documents show it on demand: the embedders of the settings with a list of embeddings each. */
export function vectorsText(document: StoredDocument, settings: Settings): string {
  if (document.vectors === null || !document.vectors.startsWith("{")) return "{}";
  const out = new Map<string, string>();
  for (const [name, text] of fieldTexts(document.vectors)) {
    if (!(name in settings.embedders)) out.set(name, text);
    else if (text !== "null") out.set(name, `{"embeddings":${JSON.stringify(embeddings(text))},"regenerate":false}`);
  }
  return objectText(out);
}

/** How many embeddings a document has for the embedders of the settings. */
export function countEmbeddings(document: StoredDocument, settings: Settings): number {
  if (document.vectors === null || !document.vectors.startsWith("{")) return 0;
  let count = 0;
  for (const [name, text] of fieldTexts(document.vectors)) {
    if (name in settings.embedders && text !== "null") count += embeddings(text).length;
  }
  return count;
}

function embeddings(text: string): unknown[] {
  const value = JSON.parse(text) as unknown;
  const list = Array.isArray(value) ? value : ((value as { embeddings?: unknown } | null)?.embeddings ?? []);
  if (!Array.isArray(list)) return [];
  return list.length > 0 && !Array.isArray(list[0]) ? [list] : list;
}
