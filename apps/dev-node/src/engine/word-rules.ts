import { bucketedPosition } from "../text/tokenize.ts";
import type { DocSet } from "./doc-set.ts";
import { difference, emptyDocs, intersection, unite } from "./doc-set.ts";
import type { GraphEdge } from "./graph-rule.ts";
import { graphRule } from "./graph-rule.ts";
import type { MatchingStrategy, QueryGraph } from "./query-graph.ts";
import { exactTermsInOrder, removalOrder, wordsInPhrases } from "./query-graph.ts";
import type { Phrase } from "./query-terms.ts";
import type { Bucket, Rule } from "./rule.ts";
import type { LocatedSubset, TermDocs, TermSubset } from "./term-subset.ts";
import { exactTerm, locatedKey, maxTypoCost, phrasesOf, subsetKey, termCount, wordsOf } from "./term-subset.ts";
import { maxDistance } from "./word-database.ts";

const step = (to: LocatedSubset, from: LocatedSubset | null = null) => ({ from, to });

/** Documents with more of the query's words first; which words may be missing is the matching strategy's business. */
export function wordsRule(docs: TermDocs, strategy: MatchingStrategy): Rule {
  return graphRule({
    edges: (_from, to) => [{ cost: 0, key: locatedKey(to), step: step(to), docs: () => docs.subset(to.subset) }],
    detail: (rank) => ({ kind: "words", rank }),
    removable: (graph) => ({
      order: removalOrder(graph, strategy, docs),
      extraCost: Math.max(0, wordsInPhrases(graph) - 1),
    }),
  });
}

/** Fewer typos first; words written as one count as typos. */
export function typoRule(docs: TermDocs): Rule {
  return graphRule({
    edges(_from, to) {
      const size = termCount(to);
      const base = size === 1 ? 0 : size;
      const edges: GraphEdge[] = [];
      for (let typos = 0; typos <= maxTypoCost(to.subset); typos++) {
        const subset: TermSubset = {
          ...to.subset,
          zero: typos === 0 ? to.subset.zero : "none",
          one: typos === 1 && to.subset.one,
          two: typos === 2 && to.subset.two,
        };
        const target = { ...to, subset };
        edges.push({
          cost: typos + base,
          key: locatedKey(target),
          step: step(target),
          docs: () => docs.subset(subset),
        });
      }
      return edges;
    },
    detail: (rank) => ({ kind: "typo", rank }),
  });
}

/** Words that stand nearer to each other first; backwards costs one more. */
export function proximityRule(docs: TermDocs): Rule {
  return graphRule({
    edges(from, to) {
      const base = termCount(to) - 1;
      const anywhere = (cost: number): GraphEdge => ({
        cost,
        key: `any${locatedKey(to)}`,
        step: step(to),
        docs: () => docs.subset(to.subset),
      });
      if (from === null || from.positions[1] + 1 !== to.positions[0]) return [anywhere(base)];
      const edges: GraphEdge[] = [];
      for (let cost = base; cost < maxDistance - 1 + base; cost++) {
        edges.push({
          cost,
          key: `${locatedKey(from)}>${locatedKey(to)}:${cost}`,
          step: step(to, from),
          docs: () => nearDocs(docs, from.subset, to.subset, cost + 2 - termCount(to), cost + 1 - termCount(to)),
        });
      }
      edges.push(anywhere(maxDistance - 1 + base));
      return edges;
    },
    detail: (rank) => ({ kind: "proximity", rank }),
  });
}

function nearDocs(docs: TermDocs, left: TermSubset, right: TermSubset, forward: number, backward: number): DocSet {
  const { db } = docs;
  const out = emptyDocs(db.capacity);
  const leftEnds: { word: string; phrase: Phrase | null }[] = [
    ...wordsOf(left).map(({ word }) => ({ word, phrase: null })),
    ...phrasesOf(left).flatMap((phrase) => {
      const word = phrase[phrase.length - 1];
      return word == null ? [] : [{ word, phrase }];
    }),
  ];
  const rightStarts: { word: string; phrase: Phrase | null }[] = [
    ...wordsOf(right).map(({ word }) => ({ word, phrase: null })),
    ...phrasesOf(right).flatMap((phrase) => {
      const word = phrase[0];
      return word == null ? [] : [{ word, phrase }];
    }),
  ];
  for (const a of leftEnds) {
    for (const b of rightStarts) {
      for (const [first, second, distance] of [
        [a, b, forward],
        [b, a, backward],
      ] as const) {
        if (distance < 1) continue;
        // A phrase can only be followed, not turned round.
        if (first === b && (a.phrase !== null || b.phrase !== null)) continue;
        let found = db.pairDocs(first.word, second.word, distance);
        if (found === null) continue;
        for (const { phrase } of [a, b]) if (phrase !== null) found = intersection(found, docs.phrase(phrase));
        unite(out, found);
      }
    }
  }
  return out;
}

export interface AttributeWeights {
  /** How far down the list of searchable attributes a field stands; all 0 when every attribute is searchable. */
  weight(field: string): number;
  /** The weight of the last one, or null when every attribute is searchable. */
  readonly max: number | null;
}

/** Words in earlier searchable attributes first (`attributeRank`, and the first half of `attribute`). */
export function attributeRankRule(docs: TermDocs, weights: AttributeWeights): Rule {
  return graphRule({
    edges(_from, to) {
      const fields = new Set<string>();
      for (const { word } of wordsOf(to.subset)) for (const field of docs.db.wordFields(word)) fields.add(field);
      for (const phrase of phrasesOf(to.subset)) {
        for (const word of phrase) if (word !== null) for (const field of docs.db.wordFields(word)) fields.add(field);
      }
      const size = termCount(to);
      let heaviest = 0;
      const edges: GraphEdge[] = [];
      for (const field of fields) {
        const weight = weights.weight(field);
        heaviest = Math.max(heaviest, weight);
        edges.push({
          cost: weight * size,
          key: `${field}:${locatedKey(to)}`,
          step: step(to),
          docs: () => docs.subsetInField(to.subset, field),
        });
      }
      if (weights.max !== null && heaviest < weights.max) {
        const nowhere = emptyDocs(docs.db.capacity);
        edges.push({ cost: weights.max * size, key: `-${locatedKey(to)}`, step: step(to), docs: () => nowhere });
      }
      return edges;
    },
    detail: (rank) => ({ kind: "fid", rank }),
  });
}

const positionSteps = [0, 1, 4, 7, 11, 16, 24, 64, 256, 1024];

function positionCost(distance: number): number {
  const at = positionSteps.findIndex((limit) => distance <= limit);
  return at === -1 ? positionSteps.length : at;
}

/** Words standing where they stand in the query first, counted from the start of the attribute. */
export function wordPositionRule(docs: TermDocs): Rule {
  return graphRule({
    edges(_from, to) {
      const positions = new Set<number>();
      for (const { word } of wordsOf(to.subset)) for (const at of docs.db.wordPositions(word)) positions.add(at);
      for (const phrase of phrasesOf(to.subset)) {
        const first = phrase.find((word) => word !== null);
        if (first != null) for (const at of docs.db.wordPositions(first)) positions.add(at);
      }
      const size = termCount(to);
      const byCost = new Map<number, number[]>();
      for (const position of positions) {
        const distance = Math.abs(position - to.positions[0]);
        let cost = 0;
        for (let i = 0; i < size; i++) cost += positionCost(distance + i);
        const known = byCost.get(cost);
        if (known === undefined) byCost.set(cost, [position]);
        else known.push(position);
      }
      // The worst cost always counts, so that scores do not depend on the documents at hand.
      if (!byCost.has(size * 10)) byCost.set(size * 10, []);
      return [...byCost].map(([cost, at]) => ({
        cost,
        key: `${cost}:${locatedKey(to)}`,
        step: step(to),
        docs: () => {
          const out = emptyDocs(docs.db.capacity);
          for (const position of at) unite(out, docs.subsetAtPosition(to.subset, position));
          return out;
        },
      }));
    },
    detail: (rank) => ({ kind: "position", rank }),
  });
}

/** Words as they were typed first (the second half of `exactness`). */
export function exactWordsRule(docs: TermDocs): Rule {
  return graphRule({
    edges(_from, to) {
      const words = exactTerm(to.subset);
      const exact: LocatedSubset = {
        ...to,
        subset:
          words === null
            ? { ...to.subset, mandatory: true }
            : { ...to.subset, zero: "exact", one: false, two: false, mandatory: true },
      };
      return [
        {
          cost: 0,
          key: `=${subsetKey(to.subset)}`,
          step: step(exact),
          docs: () => {
            if (words === null) return emptyDocs(docs.db.capacity);
            if (to.subset.term.phrase !== null) return docs.phrase(words);
            return docs.db.wordDocs(words[0] as string, false);
          },
        },
        { cost: termCount(to), key: `~${locatedKey(to)}`, step: step(to), docs: () => docs.subset(to.subset) },
      ];
    },
    detail: (rank) => ({ kind: "exactWords", rank }),
  });
}

/** An attribute that is the query first, then one that starts with it (the first half of `exactness`). */
export function exactAttributeRule(docs: TermDocs): Rule {
  return {
    start(universe, graph) {
      const [exact, starts] = exactAttributes(docs, universe, graph as QueryGraph) ?? [null, null];
      const queue: Bucket[] = [];
      if (exact !== null)
        queue.push({ docs: exact, graph, detail: { kind: "exactAttribute", matchType: "exactMatch" } });
      if (starts !== null)
        queue.push({ docs: starts, graph, detail: { kind: "exactAttribute", matchType: "matchesStart" } });
      return {
        next(left) {
          const bucket = queue.shift();
          if (bucket !== undefined) return { ...bucket, docs: intersection(bucket.docs, left) };
          return { docs: left, graph, detail: { kind: "exactAttribute", matchType: "noExactMatch" } };
        },
      };
    },
  };
}

function exactAttributes(docs: TermDocs, universe: DocSet, graph: QueryGraph): [DocSet, DocSet] | null {
  const { db } = docs;
  const terms = exactTermsInOrder(graph);
  if (terms === null) return null;
  let candidates = universe;
  for (const { words, position } of terms) {
    for (const [offset, word] of words.entries()) {
      if (word === null) continue;
      candidates = intersection(candidates, db.wordPositionDocs(word, bucketedPosition(position + offset)));
    }
  }
  const count = terms.reduce((sum, term) => sum + term.size, 0);
  const exact = emptyDocs(db.capacity);
  const starts = emptyDocs(db.capacity);
  for (const field of db.searchableFields()) {
    let inField = candidates;
    for (const { words } of terms) {
      for (const word of words) if (word !== null) inField = intersection(inField, db.wordFieldDocs(word, field));
    }
    // Longer attributes are not counted by the node, so they can only be "started with".
    const sameSize = count <= 30 ? db.fieldWordCountDocs(field, count) : emptyDocs(db.capacity);
    unite(exact, intersection(inField, sameSize));
    unite(starts, difference(inField, sameSize));
  }
  return [exact, starts];
}
