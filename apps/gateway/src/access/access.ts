import {
  type Filter,
  type FilterErrorCode,
  grantsAction,
  isGlobalAction,
  joinFilters,
  type KeyAction,
  MeilisearchError,
  matchesIndex,
  mostSpecificPattern,
  parseFilter,
} from "@miroir/meilisearch";
import type { ApiKeyRow } from "@miroir/schema";
import { refuseReservedFilter } from "../plan/reserved-fields.ts";

/** What the caller of a request may do. Every route finds it in `request.access`, once its own action is allowed. */
export interface Access {
  /** The API key of the request, or of its tenant token; `null` for the master key, and where no key is needed. */
  readonly keyUid: string | null;
  /** Whether `action` is allowed: on that index, or on any where none is given. */
  allows(action: KeyAction, indexUid?: string): boolean;
  /**
   * For routes whose indexes are in the body; an index in the path is checked before the route runs.
   * @throws MeilisearchError invalid_api_key (403) when the index is out of the caller's reach.
   */
  requireIndex(indexUid: string): void;
  /** Whether lists show what belongs to the index; `null` for what belongs to none, such as a task of the whole instance. */
  sees(indexUid: string | null): boolean;
  /** The patterns of which an index has to match one to be seen; `null` when all are. */
  readonly indexPatterns: readonly string[] | null;
  /**
   * The client's filter together with the one its tenant token prescribes for the index.
   * @throws MeilisearchError of that code when the token's filter is none; miroir_reserved_field.
   */
  restrict(indexUid: string, filter: Filter | null, code?: FilterErrorCode): Filter | null;
}

/** Of the master key, and of everyone where there is none. */
export const FULL_ACCESS: Access = {
  keyUid: null,
  allows: () => true,
  requireIndex: () => undefined,
  sees: () => true,
  indexPatterns: null,
  restrict: (_indexUid, filter) => filter,
};

/** What a tenant token says of the indexes it opens: a filter in its JSON form by pattern, `null` for none. */
export type SearchRules = ReadonlyMap<string, unknown>;

const forbidden = (message: string) => new MeilisearchError("invalid_api_key", message);
const quoted = (patterns: Iterable<string>): string => `[${[...patterns].map((it) => JSON.stringify(it)).join(", ")}]`;

/** Of an API key that has not expired, or of a tenant token made with it. */
export function keyAccess(
  { uid, actions, indexes }: Pick<ApiKeyRow, "uid" | "actions" | "indexes">,
  rules: SearchRules | null,
): Access {
  const seesAll = indexes.includes("*");
  const keyReaches = (indexUid: string) => indexes.some((pattern) => matchesIndex(pattern, indexUid));
  const ruleOf = (indexUid: string) => (rules === null ? null : mostSpecificPattern(rules.keys(), indexUid));
  const reaches = (indexUid: string) => keyReaches(indexUid) && (rules === null || ruleOf(indexUid) !== null);

  return {
    keyUid: uid,
    indexPatterns: seesAll ? null : indexes,
    sees: (indexUid) => (indexUid === null ? seesAll : reaches(indexUid)),
    allows(action, indexUid) {
      if (!grantsAction(actions, action)) return false;
      // A wildcard must not lead out of the indexes that the key is for.
      if (isGlobalAction(action)) return seesAll;
      return indexUid === undefined ? indexes.length > 0 : reaches(indexUid);
    },
    requireIndex(indexUid) {
      if (rules !== null && ruleOf(indexUid) === null)
        throw forbidden(
          `The provided tenant token cannot access the index \`${indexUid}\`, allowed indexes are ${quoted(rules.keys())}.`,
        );
      if (keyReaches(indexUid)) return;
      // Whoever holds a token need not learn what else its key opens.
      if (rules !== null)
        throw forbidden(`The API key used to generate this tenant token cannot access the index \`${indexUid}\`.`);
      throw forbidden(
        `The API key cannot access the index \`${indexUid}\`, authorized indexes are ${quoted(indexes)}.`,
      );
    },
    restrict(indexUid, filter, code) {
      const rule = ruleOf(indexUid);
      const added = rule === null ? null : parseFilter(rules?.get(rule), code);
      refuseReservedFilter(added);
      return joinFilters(
        "and",
        [filter, added].filter((it) => it !== null),
      );
    },
  };
}
