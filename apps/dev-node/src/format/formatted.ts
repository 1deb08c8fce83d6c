import type { SearchRequest, Settings } from "@miroir/meilisearch";
import type { StoredDocument } from "../documents/stored-document.ts";
import { objectText, selectFields } from "../documents/stored-document.ts";
import type { JsonTree } from "../engine/json-tree.ts";
import { isJsonNumber, isJsonObject, numberText } from "../engine/json-tree.ts";
import type { LocatedTerm } from "../engine/query-terms.ts";
import { isDisplayed } from "../engine/ranking-rules.ts";
import type { IndexView } from "../indexes/node-index.ts";
import type { Token } from "../text/tokenize.ts";
import { cropBounds } from "./crop.ts";
import type { TextMatch } from "./matches.ts";
import { createMatchFinder } from "./matches.ts";

interface FormatOptions {
  readonly highlight: boolean;
  readonly crop: number | null;
}

/** Makes `_formatted` and `_matchesPosition` of documents, where a search asks for them; the texts are JSON. */
export function createTextFormatter(
  view: IndexView,
  settings: Settings,
  request: SearchRequest,
  terms: readonly LocatedTerm[],
  retrieved: readonly string[] | null,
): (document: StoredDocument) => Map<string, string> {
  const options = formatOptions(view, settings, request);
  if (options.size === 0 && !request.showMatchesPosition) return () => new Map();
  const find = createMatchFinder(terms);
  const { tokenize } = view.query;
  const selected = retrieved === null ? null : [...new Set([...retrieved, ...options.keys()])];

  const optionsFor = (path: string): FormatOptions => {
    let merged: FormatOptions = { highlight: false, crop: null };
    for (const [name, own] of options) {
      if (!isBelow(name, path) && !isBelow(path, name)) continue;
      merged = { highlight: merged.highlight || own.highlight, crop: merged.crop ?? own.crop };
    }
    return merged;
  };

  return (document) => {
    const positions = new Map<string, string[]>();
    const leaf = (path: string, text: string, indices: readonly number[]): string => {
      const tokens = tokenize(text);
      const matches = find(tokens);
      if (request.showMatchesPosition && matches.length > 0) {
        const known = positions.get(path) ?? [];
        positions.set(path, [...known, ...matches.map((match) => positionText(text, tokens, match, indices))]);
      }
      return formatLeaf(text, tokens, matches, optionsFor(path), request);
    };
    /** JSON text of a value with its displayed texts and numbers formatted. */
    const format = (path: string, value: JsonTree, indices: readonly number[]): string => {
      if (Array.isArray(value)) {
        return `[${value.map((member, at) => format(path, member, [...indices, at])).join(",")}]`;
      }
      if (isJsonObject(value)) {
        return objectText(
          Object.entries(value).map(([key, child]) => [key, format(`${path}.${key}`, child, indices)] as const),
        );
      }
      if (!isDisplayed(settings, path)) return JSON.stringify(isJsonNumber(value) ? value.value : value);
      if (isJsonNumber(value)) return JSON.stringify(leaf(path, numberText(value), indices));
      return typeof value === "string" ? JSON.stringify(leaf(path, value, indices)) : JSON.stringify(value);
    };

    const formatted = new Map(Object.entries(document.tree).map(([key, value]) => [key, format(key, value, [])]));
    const out = new Map<string, string>();
    if (options.size > 0) out.set("_formatted", objectText(selectFields(formatted, selected)));
    if (request.showMatchesPosition) {
      out.set("_matchesPosition", objectText([...positions].map(([path, list]) => [path, `[${list.join(",")}]`])));
    }
    return out;
  };
}

/** The known and displayed attributes to highlight or crop; `name:12` crops one to its own length. */
function formatOptions(view: IndexView, settings: Settings, request: SearchRequest): Map<string, FormatOptions> {
  const out = new Map<string, FormatOptions>();
  const known = view.facets.fieldNames().filter((name) => isDisplayed(settings, name));
  const namesOf = (name: string): readonly string[] => (name === "*" ? known : known.filter((field) => field === name));
  for (const attribute of request.attributesToHighlight ?? []) {
    for (const name of namesOf(attribute)) out.set(name, { highlight: true, crop: null });
  }
  for (const attribute of request.attributesToCrop ?? []) {
    const colon = attribute.lastIndexOf(":");
    const length = colon === -1 ? "" : attribute.slice(colon + 1);
    const crop = /^\d+$/.test(length) ? Number(length) : request.cropLength;
    for (const name of namesOf(colon === -1 ? attribute : attribute.slice(0, colon))) {
      out.set(name, { highlight: out.get(name)?.highlight ?? false, crop });
    }
  }
  return out;
}

function isBelow(path: string, above: string): boolean {
  return path === above || path.startsWith(`${above}.`);
}

function positionText(text: string, tokens: readonly Token[], match: TextMatch, indices: readonly number[]): string {
  const start = (tokens[match.tokens[0]] as Token).start;
  const end = Math.min(start + unitsOf(text, start, match.charCount), (tokens[match.tokens[1]] as Token).end);
  return JSON.stringify({
    start: Buffer.byteLength(text.slice(0, start)),
    length: Buffer.byteLength(text.slice(start, end)),
    ...(indices.length > 0 && { indices }),
  });
}

/** How many UTF-16 units `count` characters take from `start`. */
function unitsOf(text: string, start: number, count: number): number {
  let units = 0;
  for (let left = count; left > 0 && start + units < text.length; left--) {
    units += (text.codePointAt(start + units) ?? 0) > 0xffff ? 2 : 1;
  }
  return units;
}

function formatLeaf(
  text: string,
  tokens: readonly Token[],
  matches: readonly TextMatch[],
  { highlight, crop }: FormatOptions,
  { highlightPreTag, highlightPostTag, cropMarker }: SearchRequest,
): string {
  if (!highlight && crop === null) return text;
  const [from, to] = crop === null || crop === 0 ? [0, text.length] : cropBounds(text, tokens, matches, crop);
  let out = from > 0 ? cropMarker : "";
  let at = from;
  for (const match of highlight ? matches : []) {
    const start = (tokens[match.tokens[0]] as Token).start;
    const end = (tokens[match.tokens[1]] as Token).end;
    if (end < from || start > to) continue;
    const first = Math.max(start, from);
    const last = Math.min(end, to);
    const marked = Math.min(first + unitsOf(text, first, match.charCount), last);
    out += text.slice(at, first) + highlightPreTag + text.slice(first, marked) + highlightPostTag;
    out += text.slice(marked, last);
    at = last;
  }
  out += text.slice(at, to);
  return to < text.length ? out + cropMarker : out;
}
