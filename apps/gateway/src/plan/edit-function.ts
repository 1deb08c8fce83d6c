import { MeilisearchError } from "@miroir/meilisearch";
import { RESERVED_PREFIX, SEQUENCE_FIELD, SHARD_FIELD } from "@miroir/routing";

/** Words of Rhai that end a function early, before the marker is put back. */
const EARLY_END = /\b(?:return|exit)\b/;

/**
 * The function nodes get for a client's: one that also keeps the marker, whatever becomes of the document. Rhai says that a
 * document is deleted by setting `doc` to `()`, and that a field that is not there is `()`.
 *
 * @throws MeilisearchError miroir_reserved_field; miroir_not_implemented where it cannot be kept
 */
export function nodeFunction(text: string): string {
  if (text.includes(RESERVED_PREFIX))
    throw new MeilisearchError("miroir_reserved_field", `Names that begin with \`${RESERVED_PREFIX}\` are reserved.`);
  const opensComment = text.lastIndexOf("/*") > text.lastIndexOf("*/");
  if (EARLY_END.test(text) || opensComment)
    throw new MeilisearchError(
      "miroir_not_implemented",
      "Behind this gateway, a function must run to its end: `return`, `exit` and open comments are not supported.",
    );
  const fields = [SHARD_FIELD, SEQUENCE_FIELD];
  // On the client's first line, so that the lines in nodes' messages are the client's.
  const before = fields.map((field) => `let kept${field} = doc.${field}; `).join("");
  const after = fields.map((field) => `if kept${field} != () { doc.${field} = kept${field}; } `).join("");
  return `${before}${text}\n; if type_of(doc) == "map" { ${after}}`;
}
