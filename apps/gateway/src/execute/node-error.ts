import {
  type ErrorEnvelope,
  isErrorCode,
  isErrorEnvelope,
  MeilisearchError,
  type NodeResponse,
} from "@miroir/meilisearch";
import { RESERVED_PREFIX } from "@miroir/routing";
import { type IndexName, withClientName } from "../indexes/index-name.ts";
import { MARKER_RULE_COUNT } from "../settings/internal-settings.ts";

const NONE_CONFIGURED = "This index does not have configured filterable attributes.";
const MARKER = "[\\u2983-\\u2992]+";
const FIELD = `${RESERVED_PREFIX}\\w+`;
/** The marker filter as nodes print it once they have joined it to the client's. */
const FUSED_FILTER = new RegExp(` AND \\("?${FIELD}"? (?:=|IN) [^)]*\\)`, "g");
const ALONE_FILTER = new RegExp(`"?${FIELD}"? (?:= "${MARKER}"|IN\\[?[^\\]]*\\])`, "g");
/** A whole list of filterable patterns: names quoted one by one, or one quoted list. */
const PATTERN_LIST = /Available filterable attributes? patterns are: (`[^.\n]*`)\./g;

/** Takes everything of ours out of a text that a node wrote: its markers, its extra filterable patterns, the joined filter. */
export function scrubText(text: string): string {
  if (!text.includes(RESERVED_PREFIX) && !/[\u2983-\u2992]/.test(text)) return text;
  return text
    .replaceAll(PATTERN_LIST, (sentence, list: string) => {
      const names = list.replaceAll("`", "").split(", ");
      const kept = names.filter((name) => !name.startsWith(RESERVED_PREFIX));
      if (kept.length === 0) return NONE_CONFIGURED;
      const quoted = list.includes("`, `") ? kept.map((name) => `\`${name}\``).join(", ") : `\`${kept.join(", ")}\``;
      return sentence.replace(list, quoted);
    })
    .replaceAll(FUSED_FILTER, "")
    .replaceAll(ALONE_FILTER, "")
    .replaceAll(/(?:,\s*)?"?_miroir_\w+"?\s*:\s*"[^"]*"/g, "")
    .replaceAll(new RegExp(FIELD, "g"), "reserved")
    .replaceAll(new RegExp(MARKER, "g"), "");
}

/** Hints number the filterable rules of a node, which has more of them than the client set. */
function renumberRules(text: string): string {
  return text.replaceAll(
    /rule #(\d+)/g,
    (_, number: string) => `rule #${Math.max(0, Number(number) - MARKER_RULE_COUNT)}`,
  );
}

/** An error object of a node as a client may see it. `index` is the one that was asked about. */
export function scrubError(error: ErrorEnvelope, index: IndexName | null): ErrorEnvelope {
  const message = renumberRules(scrubText(error.message));
  return { ...error, message: index === null ? message : withClientName(message, index) };
}

/** The error object in a node's answer; `undefined` when the answer is something else. */
export function errorOf({ body }: NodeResponse): ErrorEnvelope | undefined {
  try {
    const value: unknown = JSON.parse(body.toString("utf8"));
    return isErrorEnvelope(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The error a client gets for a node's refusal. A code that is not known here becomes `bad_request`. */
export function relayedError(error: ErrorEnvelope, index: IndexName | null): MeilisearchError {
  const { code, message } = scrubError(error, index);
  return new MeilisearchError(isErrorCode(code) ? code : "bad_request", message);
}
