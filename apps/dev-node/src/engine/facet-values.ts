import type { DocSet } from "./doc-set.ts";
import { addDoc, emptyDocs } from "./doc-set.ts";
import type { JsonObject, JsonTree } from "./json-tree.ts";
import { isJsonNumber, isJsonObject, visitPaths } from "./json-tree.ts";

/** The values of one document's attribute, as filters, facets and sorts see them. */
interface DocumentFacets {
  readonly numbers: readonly number[];
  /** Normalized text → the spelling of the document. */
  readonly strings: ReadonlyMap<string, string>;
}

/** One attribute over all documents. */
export interface FieldFacets {
  readonly exists: DocSet;
  readonly isNull: DocSet;
  readonly isEmpty: DocSet;
  readonly byDocument: ReadonlyMap<number, DocumentFacets>;
}

const maxFacetBytes = 468;

/** How facet strings are compared: trimmed, decomposed, lower case, cut at 468 bytes. Accents stay. */
export function normalizeFacet(text: string): string {
  const normalized = text.trim().normalize("NFKD").toLowerCase();
  const bytes = Buffer.from(normalized);
  if (bytes.length <= maxFacetBytes) return normalized;
  let end = maxFacetBytes;
  while (((bytes[end] as number) & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end).toString();
}

export interface FacetSource {
  readonly docid: number;
  readonly document: JsonObject;
}

export interface FacetReader {
  /** The attribute's values, or null when no document has ever had it. */
  field(name: string): FieldFacets | null;
  /** Every attribute, objects and their members included. */
  fieldNames(): readonly string[];
  readonly geoPoints: ReadonlyMap<number, readonly [number, number]>;
}

/** Reads attributes on demand and remembers them; one reader serves one version of an index. */
export function createFacetReader(documents: Iterable<FacetSource>, capacity: number): FacetReader {
  const sources = [...documents];
  const fields = new Map<string, FieldFacets | null>();
  let names: string[] | undefined;
  let points: Map<number, readonly [number, number]> | undefined;

  const geoPoints = (): Map<number, readonly [number, number]> => {
    if (points === undefined) {
      points = new Map();
      for (const { docid, document } of sources) {
        const point = geoPoint(document._geo ?? null);
        if (point !== null) points.set(docid, point);
      }
    }
    return points;
  };

  const read = (name: string): FieldFacets | null => {
    const exists = emptyDocs(capacity);
    const isNull = emptyDocs(capacity);
    const isEmpty = emptyDocs(capacity);
    const byDocument = new Map<number, DocumentFacets>();
    let seen = false;
    const geoPart = name === "_geo.lat" ? 0 : name === "_geo.lng" ? 1 : null;
    for (const { docid, document } of sources) {
      const numbers: number[] = [];
      const strings = new Map<string, string>();
      const visit = (value: JsonTree, onBase: boolean): void => {
        seen = true;
        addDoc(exists, docid);
        if (isJsonNumber(value)) numbers.push(value.value);
        else if (typeof value === "boolean") strings.set(String(value), String(value));
        else if (typeof value === "string" && value !== "") strings.set(normalizeFacet(value), value);
        else if (onBase && value === null) addDoc(isNull, docid);
        else if (onBase && isEmptyValue(value)) addDoc(isEmpty, docid);
      };
      if (geoPart === null) {
        const root = Object.hasOwn(document, name)
          ? name
          : name.slice(0, (name.indexOf(".") + 1 || name.length + 1) - 1);
        const top = document[root];
        if (top === undefined) continue;
        visitPaths(root, top, (path, value, onBase) => {
          if (path === name) visit(value, onBase);
        });
      } else {
        const point = geoPoints().get(docid);
        if (point === undefined) continue;
        seen = true;
        addDoc(exists, docid);
        numbers.push(point[geoPart] as number);
      }
      if (numbers.length > 0 || strings.size > 0) byDocument.set(docid, { numbers, strings });
    }
    return seen ? { exists, isNull, isEmpty, byDocument } : null;
  };

  return {
    field(name) {
      let known = fields.get(name);
      if (known === undefined) {
        known = read(name);
        fields.set(name, known);
      }
      return known;
    },
    fieldNames() {
      if (names === undefined) {
        const found = new Set<string>();
        for (const { document } of sources) {
          for (const [name, value] of Object.entries(document)) visitPaths(name, value, (path) => found.add(path));
        }
        names = [...found].sort();
      }
      return names;
    },
    get geoPoints() {
      return geoPoints();
    },
  };
}

function isEmptyValue(value: JsonTree): boolean {
  if (typeof value === "string" || Array.isArray(value)) return value.length === 0;
  return isJsonObject(value) && Object.keys(value).length === 0;
}

function geoPoint(value: JsonTree): readonly [number, number] | null {
  if (!isJsonObject(value)) return null;
  const coordinate = (part: JsonTree | undefined): number =>
    part === undefined || part === null ? Number.NaN : isJsonNumber(part) ? part.value : Number(part);
  const point = [coordinate(value.lat), coordinate(value.lng)] as const;
  return point.some(Number.isNaN) ? null : point;
}
