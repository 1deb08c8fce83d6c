import { addDoc, docsOf, emptyDocs, intersection } from "./doc-set.ts";
import type { FacetReader } from "./facet-values.ts";
import type { Bucket, Rule } from "./rule.ts";

/** Mean radius of the Earth in metres, as Meilisearch's distances use it. */
const earthRadius = 6_371_000;

/** Great-circle distance in metres. */
export function distanceMetres(a: readonly [number, number], b: readonly [number, number]): number {
  const rad = Math.PI / 180;
  const dLat = (b[0] - a[0]) * rad;
  const dLng = (b[1] - a[1]) * rad;
  const h = Math.sin(dLat / 2) ** 2 + Math.cos(a[0] * rad) * Math.cos(b[0] * rad) * Math.sin(dLng / 2) ** 2;
  return 2 * earthRadius * Math.asin(Math.min(1, Math.sqrt(h)));
}

/** Compares texts by their UTF-8 bytes, which JavaScript's order by UTF-16 units is not. */
export function compareBytes(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}

interface SortRuleOptions {
  readonly field: string;
  readonly ascending: boolean;
  /** The field is not displayed, so its value must not be told. */
  readonly hidden: boolean;
}

/** Numbers, then texts, then documents without a value, in both directions; of several values the nearest to the front. */
export function sortRule(facets: FacetReader, { field, ascending, hidden }: SortRuleOptions): Rule {
  const direction = ascending ? 1 : -1;
  return {
    start(universe, graph) {
      const capacity = universe.length * 32;
      const numbers = new Map<number, number[]>();
      const strings = new Map<string, number[]>();
      const values = facets.field(field)?.byDocument;
      for (const docid of values === undefined ? [] : docsOf(universe)) {
        const own = values?.get(docid);
        if (own === undefined) continue;
        if (own.numbers.length > 0) {
          push(numbers, ascending ? Math.min(...own.numbers) : Math.max(...own.numbers), docid);
        } else {
          const [first] = [...own.strings.keys()].sort((a, b) => direction * compareBytes(a, b));
          if (first !== undefined) push(strings, first, docid);
        }
      }
      const ordered: [number | string, number[]][] = [
        ...[...numbers].sort(([a], [b]) => direction * (a - b)),
        ...[...strings].sort(([a], [b]) => direction * compareBytes(a, b)),
      ];
      let next = 0;
      const bucket = (docs: Bucket["docs"], value: number | string | null): Bucket => ({
        docs,
        graph,
        detail: { kind: "sort", field, ascending, hidden, value },
      });
      return {
        next(left) {
          const group = ordered[next++];
          if (group === undefined) return bucket(left, null);
          const docs = emptyDocs(capacity);
          for (const docid of group[1]) addDoc(docs, docid);
          return bucket(intersection(docs, left), group[0]);
        },
      };
    },
  };
}

function push<Key>(groups: Map<Key, number[]>, key: Key, docid: number): void {
  const known = groups.get(key);
  if (known === undefined) groups.set(key, [docid]);
  else known.push(docid);
}

const geoBucketMetres = 1;
const geoBucketSize = 1000;

/** By distance to a point; points within a metre of each other share a bucket, documents without a point come last. */
export function geoSortRule(facets: FacetReader, target: readonly [number, number], ascending: boolean): Rule {
  return {
    start(universe, graph) {
      const direction = ascending ? 1 : -1;
      const placed = docsOf(universe)
        .flatMap((docid) => {
          const point = facets.geoPoints.get(docid);
          return point === undefined ? [] : [{ docid, point, distance: distanceMetres(target, point) }];
        })
        .sort((a, b) => direction * (a.distance - b.distance));
      let next = 0;
      return {
        next(left) {
          const first = placed[next];
          if (first === undefined) {
            return { docs: left, graph, detail: { kind: "geo", target, ascending, point: null, distance: null } };
          }
          const docs = emptyDocs(universe.length * 32);
          let size = 0;
          for (; size < geoBucketSize; size++, next++) {
            const entry = placed[next];
            if (entry === undefined || Math.abs(entry.distance - first.distance) > geoBucketMetres) break;
            addDoc(docs, entry.docid);
          }
          const distance = Math.round(first.distance * 1000) / 1000;
          return {
            docs: intersection(docs, left),
            graph,
            detail: { kind: "geo", target, ascending, point: first.point, distance },
          };
        },
      };
    },
  };
}
