import { MeilisearchError } from "@miroir/meilisearch";
import { objectText } from "../documents/stored-document.ts";
import { evaluate } from "./evaluate.ts";
import { describeError, FunctionError } from "./function-error.ts";
import { fromJson, toJson } from "./json.ts";
import { parse } from "./parse.ts";
import { createScope } from "./scope.ts";
import type { ObjectMap, Value } from "./values.ts";
import { sortedEntries } from "./values.ts";

/** What becomes of a document's text: another text, null where it is deleted, itself where nothing changed. */
export type EditDocument = (document: string) => string | null;

const failed = (message: string): MeilisearchError => new MeilisearchError("edit_documents_by_function_error", message);

/**
 * Reads a function that edits documents, in the part of Rhai that such functions are made of. It finds the document in `doc`
 * and the context in `context`; documents it gives have their numbers and orders of keys as it left them.
 *
 * @param context JSON text, or null where there is none
 * @throws MeilisearchError bad_request where it cannot be read; what it returns throws edit_documents_by_function_error
 */
export function readEditFunction(text: string, context: string | null): EditDocument {
  const program = withErrors(
    text,
    (message) => new MeilisearchError("bad_request", message),
    () => parse(text),
  );
  const given = context === null ? [] : [{ name: "context", constant: true, value: fromJson(context) }];
  return (document) => {
    const scope = createScope([...given, { name: "doc", constant: false, value: fromJson(document) }]);
    const failedRun = (message: string): MeilisearchError =>
      failed(`Document edition runtime error encountered while running the function: ${message}`);
    withErrors(text, failedRun, () => evaluate(program, scope));
    const edited = scope.find("doc")?.value as Value;
    if (edited === null) return null;
    if (!(edited instanceof Map)) throw failed("Document editions must keep documents as objects");
    const before = fromJson(document);
    return toJson(edited) === toJson(before) ? document : inOrder(edited, before as ObjectMap);
  };
}

/** Fields that were there keep their order, and new ones come after them. */
function inOrder(edited: ObjectMap, before: ObjectMap): string {
  const kept = [...before.keys()].filter((field) => edited.has(field));
  const added = sortedEntries(edited).flatMap(([field]) => (before.has(field) ? [] : [field]));
  return objectText([...kept, ...added].map((field) => [field, toJson(edited.get(field) as Value)]));
}

function withErrors<Result>(text: string, describe: (message: string) => MeilisearchError, run: () => Result): Result {
  try {
    return run();
  } catch (error) {
    throw error instanceof FunctionError ? describe(describeError(error, text)) : error;
  }
}
