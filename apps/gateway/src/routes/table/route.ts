import type { ExperimentalFeature, KeyAction } from "@miroir/meilisearch";

type Method = "GET" | "POST" | "PUT" | "PATCH" | "DELETE";

/**
 * Who answers. `gateway`: what the gateway keeps itself. `any node`: one that is well, they all know it. `owner`: a replica of the one
 * shard. `scatter`: each shard once, merged. `split`: by shard, to all replicas of each. `every node`: all of them.
 * `refused`: nobody, for a reason.
 */
export type Verdict = "gateway" | "any node" | "owner" | "scatter" | "split" | "every node" | "refused";

/** One route of the API: the router, its check and docs/api.md are made of these. */
export interface ApiRoute {
  readonly method: Method;
  /** As the router takes it, parameters as `:name`. */
  readonly path: string;
  /** What a caller's key must allow. `open`: no key needed; `admin`: the admin key, or a session opened with it. */
  readonly action: KeyAction | "open" | "admin";
  readonly verdict: Verdict;
  /** For people: how it is answered. Of a refused route: why it is, as its error says it. */
  readonly note: string;
  /** The experimental feature without which it answers `feature_not_enabled`. */
  readonly feature?: ExperimentalFeature;
}

type Verbs = Readonly<Partial<Record<Method, KeyAction | "open" | "admin">>>;

/** The routes of one path that are answered alike. */
export function routes(
  path: string,
  verbs: Verbs,
  verdict: Verdict,
  note: string,
  feature?: ExperimentalFeature,
): readonly ApiRoute[] {
  return (Object.entries(verbs) as [Method, ApiRoute["action"]][]).map(([method, action]) => ({
    method,
    path,
    action,
    verdict,
    note,
    ...(feature && { feature }),
  }));
}
