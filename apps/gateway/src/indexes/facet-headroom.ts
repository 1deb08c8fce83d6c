/**
 * Nodes list this many times the facet values that an index shows. Sorted by count, a value that is frequent over all nodes
 * may be rare on one of them, and a count is only right if no node has cut the value off.
 */
const HEADROOM = 8;
/** Beyond this, answers would grow more than counts could gain. */
const MAX_WITH_HEADROOM = 100_000;

/** `maxValuesPerFacet` for nodes, given the client's. */
export function nodeMaxValues(maxValuesPerFacet: number): number {
  if (maxValuesPerFacet <= MAX_WITH_HEADROOM) return maxValuesPerFacet * HEADROOM;
  // A step up, so that it cannot be taken for a smaller one with headroom.
  return maxValuesPerFacet + MAX_WITH_HEADROOM * HEADROOM;
}

/** The client's `maxValuesPerFacet`, given that of a node. */
export function clientMaxValues(maxValuesPerFacet: number): number {
  const limit = MAX_WITH_HEADROOM * HEADROOM;
  return maxValuesPerFacet <= limit ? Math.floor(maxValuesPerFacet / HEADROOM) : maxValuesPerFacet - limit;
}
