import type { DocSet } from "./doc-set.ts";
import { addDoc, docsOf, emptyDocs, hasDoc, subtract, unite } from "./doc-set.ts";
import type { FacetReader } from "./facet-values.ts";

/** For each document, all documents that share one of its values of the distinct attribute. */
export function sharedValues(facets: FacetReader, capacity: number, field: string): (docid: number) => DocSet {
  const values = facets.field(field)?.byDocument;
  const groups = new Map<number | string, DocSet>();
  const keysOf = (docid: number): (number | string)[] => {
    const own = values?.get(docid);
    return own === undefined ? [] : [...own.numbers, ...own.strings.keys()];
  };
  for (const docid of values?.keys() ?? []) {
    for (const key of keysOf(docid)) {
      let group = groups.get(key);
      if (group === undefined) {
        group = emptyDocs(capacity);
        groups.set(key, group);
      }
      addDoc(group, docid);
    }
  }
  return (docid) => {
    const out = emptyDocs(capacity);
    for (const key of keysOf(docid)) unite(out, groups.get(key) as DocSet);
    return out;
  };
}

/** One document of each group that shares a value, the first in insertion order; those without a value all stay. */
export function oneOfEach(candidates: DocSet, sameValue: (docid: number) => DocSet): DocSet {
  const left = candidates.slice();
  const out = emptyDocs(candidates.length * 32);
  for (const docid of docsOf(candidates)) {
    if (!hasDoc(left, docid)) continue;
    addDoc(out, docid);
    subtract(left, sameValue(docid));
  }
  return out;
}
