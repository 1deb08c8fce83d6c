import { objectFields } from "@miroir/meilisearch";
import { RESERVED_PREFIX } from "@miroir/routing";
import { withoutPath } from "./json-path.ts";

export type HitStrip = {
  /** Fields that only the merge needed, apart from our own. */
  readonly added: readonly string[];
  readonly strip: { readonly rankingScore: boolean; readonly rankingScoreDetails: boolean };
};

/** Members of a hit that hold document fields under the same names. */
const MIRRORS = new Set(["_formatted", "_matchesPosition"]);

/**
 * A hit as the client may see it: without our fields and without what was asked of the node for the merge alone. Cut
 * from the node's text, so that numbers and the order of keys stay as they were.
 */
export function stripHit(text: string, { added, strip }: HitStrip): string {
  const kept: string[] = [];
  for (const { key, keyStart, valueStart, valueEnd } of objectFields(text)) {
    if (key.startsWith(RESERVED_PREFIX)) continue;
    if (key === "_rankingScore" && strip.rankingScore) continue;
    if (key === "_rankingScoreDetails" && strip.rankingScoreDetails) continue;
    const value = text.slice(valueStart, valueEnd);
    if (MIRRORS.has(key)) kept.push(text.slice(keyStart, valueStart) + stripDocument(value, added));
    else kept.push(text.slice(keyStart, valueEnd));
  }
  return stripDocument(`{${kept.join(",")}}`, added);
}

/** A document without our fields and without the `added` paths, which nobody but the merge asked for. */
export function stripDocument(text: string, added: readonly string[]): string {
  let result = text;
  for (const path of added) result = withoutPath(result, path);
  if (!result.includes(RESERVED_PREFIX)) return result;
  const kept: string[] = [];
  for (const { key, keyStart, valueEnd } of objectFields(result))
    if (!key.startsWith(RESERVED_PREFIX)) kept.push(result.slice(keyStart, valueEnd));
  return `{${kept.join(",")}}`;
}
