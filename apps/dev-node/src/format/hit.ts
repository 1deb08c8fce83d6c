import type { SearchRequest } from "@miroir/meilisearch";
import type { StoredDocument } from "../documents/stored-document.ts";
import { objectText, selectFields } from "../documents/stored-document.ts";
import { vectorsText } from "../documents/vectors.ts";
import { matchesAttribute } from "../engine/attribute-patterns.ts";
import type { Hit } from "../engine/hybrid.ts";
import { globalScore, scoreDetailsJson } from "../engine/score.ts";
import type { SearchOutcome } from "../engine/search-index.ts";
import { distanceMetres } from "../engine/sort-rules.ts";
import type { IndexView, NodeIndex } from "../indexes/node-index.ts";
import { toJsonText } from "../json-text.ts";
import { createTextFormatter } from "./formatted.ts";

export type HitFormatter = (hit: Hit, federation?: Record<string, unknown>) => string;

/**
 * Makes the JSON text of one hit: the fields asked for and displayed, where it comes from in a federated search, and
 * what was asked about it.
 */
export function createHitFormatter(
  index: NodeIndex,
  view: IndexView,
  request: SearchRequest,
  outcome: Pick<SearchOutcome, "sort" | "terms">,
): HitFormatter {
  const { settings } = index;
  const unified = settings.rankingRules.includes("attribute");
  const displayed = settings.displayedAttributes.includes("*") ? null : settings.displayedAttributes;
  const asked =
    request.attributesToRetrieve === null || request.attributesToRetrieve.includes("*")
      ? null
      : request.attributesToRetrieve;
  const retrieved = narrowed(asked, displayed);
  const geo = outcome.sort.find((rule) => rule.kind === "geo");
  const formatText = createTextFormatter(view, settings, request, outcome.terms, retrieved);
  const vectorsHidden = displayed?.includes("_vectors") === true;

  return ({ docid, details }, federation) => {
    const document = index.documents.get(docid) as StoredDocument;
    const fields = selectFields(document.fields, retrieved);
    const hit = new Map(fields);
    if (request.retrieveVectors && !vectorsHidden) hit.set("_vectors", vectorsText(document.vectors));
    if (geo !== undefined && fields.has("_geo")) {
      const point = view.facets.geoPoints.get(docid);
      if (point !== undefined) {
        hit.set("_geoDistance", String(Math.round(distanceMetres([geo.latitude, geo.longitude], point))));
      }
    }
    if (federation !== undefined) hit.set("_federation", toJsonText(federation));
    for (const [name, text] of formatText(document)) hit.set(name, text);
    if (request.showRankingScore) hit.set("_rankingScore", toJsonText(globalScore(details)));
    if (request.showRankingScoreDetails)
      hit.set("_rankingScoreDetails", toJsonText(scoreDetailsJson(details, unified)));
    return objectText(hit);
  };
}

/** The paths that are both asked for and displayed; null for all. */
function narrowed(asked: readonly string[] | null, displayed: readonly string[] | null): readonly string[] | null {
  if (displayed === null || asked === null) return asked ?? displayed;
  return [
    ...asked.filter((path) => displayed.some((name) => matchesAttribute(name, path))),
    ...displayed.filter((path) => asked.some((name) => name !== path && matchesAttribute(name, path))),
  ];
}
