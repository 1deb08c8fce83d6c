import {
  documentId,
  fieldText,
  MeilisearchError,
  parseCustomMetadata,
  parseDocumentsEdit,
  parseJsonBody,
} from "@miroir/meilisearch";
import type { StoredDocument } from "../documents/stored-document.ts";
import { objectText } from "../documents/stored-document.ts";
import { checkFeature } from "../features.ts";
import type { EditDocument } from "../functions/edit-document.ts";
import { readEditFunction } from "../functions/edit-document.ts";
import type { NodeIndex } from "../indexes/node-index.ts";
import { raw } from "../json-text.ts";
import type { NodeState } from "../node-state.ts";
import { checkIndexUid, findIndex } from "../node-state.ts";
import { findDocuments } from "./find-documents.ts";
import type { Route } from "./route.ts";
import { summarize } from "./summarize.ts";

/** Editing documents by a function. */
export function editRoutes(state: NodeState): Route[] {
  return [
    {
      method: "POST",
      path: "/indexes/:uid/documents/edit",
      handle({ params, query, body, headers }) {
        const uid = checkIndexUid(params.uid as string);
        const { customMetadata } = parseCustomMetadata(query);
        const sent = parseJsonBody(body, headers["content-type"]);
        const { function: text, filter, context } = parseDocumentsEdit(sent);
        checkFeature(state.features, "editDocumentsByFunction", "Using the documents edit route");
        // As text, so that `1.0` is a float for the function too.
        const contextText = context === null ? null : (fieldText(body.toString("utf8"), "context") ?? null);
        const edit = readEditFunction(text, contextText);
        const originalFilter = filter === null ? null : JSON.stringify((sent as { filter: unknown }).filter);
        const task = state.tasks.enqueue({
          type: "documentEdition",
          indexUid: uid,
          details: {
            ...{ editedDocuments: null, deletedDocuments: null, originalFilter },
            ...{ context: contextText === null ? null : raw(contextText), function: text },
          },
          failedDetails: { editedDocuments: 0 },
          customMetadata,
          run() {
            const index = findIndex(state, uid);
            const found = findDocuments(index, filter, state.features);
            nameIndex(uid, () => editDocuments(index, edit, found.map(editableText)));
            // A node counts what it looked at, for both.
            return { editedDocuments: found.length, deletedDocuments: found.length };
          },
        });
        return { status: 202, body: summarize(task) };
      },
    },
  ];
}

/** A document as functions see it: of its vectors only those that are of no embedder of the settings. */
const editableText = ({ fields, vectors: { others } }: StoredDocument): string =>
  objectText(others.size === 0 ? fields : [...fields, ["_vectors", objectText(others)]]);

/** What goes wrong in an index says in which. */
function nameIndex(uid: string, run: () => void): void {
  try {
    run();
  } catch (error) {
    if (!(error instanceof MeilisearchError)) throw error;
    throw new MeilisearchError(error.code, `Index \`${uid}\`: ${error.message}`);
  }
}

/** All of them or none. Throws the MeilisearchError that the task fails with. */
function editDocuments(index: NodeIndex, edit: EditDocument, documents: readonly string[]): void {
  const key = index.primaryKey as string;
  const idOf = (document: string): string => {
    const identified = documentId(document, key);
    if (identified instanceof MeilisearchError) throw identified;
    return identified.id;
  };
  const written: string[] = [];
  const deleted: string[] = [];
  for (const document of documents) {
    const edited = edit(document);
    if (edited === null) deleted.push(idOf(document));
    else if (edited !== document) {
      if (idOf(edited) !== idOf(document)) {
        throw new MeilisearchError(
          "edit_documents_by_function_error",
          "Document editions cannot modify a document's primary key",
        );
      }
      written.push(edited);
    }
  }
  if (written.length > 0) index.write(written, { merge: false, skipCreation: false, primaryKey: undefined });
  if (deleted.length > 0) index.delete(deleted);
}
