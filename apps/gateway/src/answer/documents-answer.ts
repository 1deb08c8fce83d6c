import { arrayItems, fieldText, type SortRule } from "@miroir/meilisearch";
import { SEQUENCE_FIELD } from "@miroir/routing";
import type { DocumentsPlan } from "../plan/documents-plan.ts";
import { compareSortKeys, type SortValue, sortKey } from "./sort-key.ts";
import { stripDocument } from "./strip-hit.ts";

export type NodeDocuments = {
  readonly documents: readonly {
    readonly text: string;
    readonly sequence: string;
    readonly key: readonly SortValue[];
  }[];
  readonly total: number;
};

/** Reads a node's list of documents without rebuilding them. @throws SyntaxError when the text is no such list */
export function readDocuments(text: string, sort: readonly SortRule[]): NodeDocuments {
  const results = fieldText(text, "results");
  const total = fieldText(text, "total");
  if (results === undefined || total === undefined)
    throw new SyntaxError("a list of documents without results or total");
  const documents = Array.from(arrayItems(results), ({ start, end }) => {
    const document = results.slice(start, end);
    const sequence = fieldText(document, SEQUENCE_FIELD);
    return {
      text: document,
      sequence: sequence === undefined ? "" : (JSON.parse(sequence) as string),
      key: sort.length > 0 ? sortKey(document, sort) : [],
    };
  });
  return { documents, total: Number(total) };
}

export type DocumentsAnswerOptions = {
  readonly plan: DocumentsPlan;
  readonly answers: readonly { readonly node: string; readonly value: NodeDocuments }[];
  readonly offset: number;
  readonly limit: number;
};

/** A page of documents as JSON text: in the asked order, and where that leaves ties in insertion order. */
export function documentsAnswer({ plan, answers, offset, limit }: DocumentsAnswerOptions): string {
  const byNode = [...answers].sort((a, b) => (a.node < b.node ? -1 : 1));
  const all = byNode.flatMap(({ value }) => value.documents);
  all.sort((a, b) => {
    const order = compareSortKeys(a.key, b.key, plan.sort);
    return order || (a.sequence < b.sequence ? -1 : a.sequence > b.sequence ? 1 : 0);
  });
  const page = all.slice(offset, offset + limit).map(({ text }) => stripDocument(text, plan.added));
  const total = answers.reduce((sum, { value }) => sum + value.total, 0);
  return `{"results":[${page.join(",")}],"offset":${offset},"limit":${limit},"total":${total}}`;
}
