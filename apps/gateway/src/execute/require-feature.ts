import { type ExperimentalFeature, type ExperimentalFeatures, MeilisearchError } from "@miroir/meilisearch";
import type { Context } from "../context.ts";
import { askAnyNode } from "./any-node.ts";

/**
 * Asked of a node each time: what needs a feature is rare.
 *
 * @param what begins the error's sentence, such as "Using the documents edit route"
 * @throws MeilisearchError feature_not_enabled; what askAnyNode throws
 */
export async function requireFeature(context: Context, feature: ExperimentalFeature, what: string): Promise<void> {
  const text = await askAnyNode(context, null, { method: "GET", path: "/experimental-features" });
  if ((JSON.parse(text) as Partial<ExperimentalFeatures>)[feature] === true) return;
  throw new MeilisearchError(
    "feature_not_enabled",
    `${what} requires enabling the \`${feature}\` experimental feature.`,
  );
}
