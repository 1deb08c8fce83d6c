import type { ExperimentalFeature, ExperimentalFeatures } from "@miroir/meilisearch";
import { MeilisearchError } from "@miroir/meilisearch";

/** Throws feature_not_enabled while the feature is off. */
export function checkFeature(features: ExperimentalFeatures, feature: ExperimentalFeature, what: string): void {
  if (features[feature]) return;
  throw new MeilisearchError(
    "feature_not_enabled",
    `${what} requires enabling the \`${feature}\` experimental feature.`,
  );
}
