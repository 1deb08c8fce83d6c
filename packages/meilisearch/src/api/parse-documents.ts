import { checkCsvDelimiter } from "../documents/csv.ts";
import { isDocumentId } from "../documents/document-id.ts";
import { MeilisearchError } from "../errors.ts";
import type { Filter } from "../filter/ast.ts";
import { type FieldTable, readBody, readQuery } from "./fields.ts";
import { queryFilter, readFilter } from "./filter-reader.ts";
import { DEFAULT_PAGE_LIMIT } from "./paging.ts";
import { queryBoolean, queryInteger, queryList, querySort } from "./query-readers.ts";
import {
  orNull,
  type Read,
  readArray,
  readBoolean,
  readInteger,
  readRecord,
  readString,
  wrongType,
  wrongValue,
} from "./readers.ts";

/** Which documents to list, with every default filled in; null means no restriction, an empty list means nothing. */
export type DocumentsRequest = {
  offset: number;
  limit: number;
  fields: string[] | null;
  retrieveVectors: boolean;
  ids: string[] | null;
  filter: Filter | null;
  sort: string[] | null;
};

const DEFAULT_DOCUMENTS: DocumentsRequest = {
  offset: 0,
  limit: DEFAULT_PAGE_LIMIT,
  fields: null,
  retrieveVectors: false,
  ids: null,
  filter: null,
  sort: null,
};

/** An id as a text or an integer; parse the body with `exact`, or integers beyond 2^53 are already others. */
export const readDocumentId: Read<string> = (value, place) => {
  if (typeof value !== "string" && typeof value !== "bigint" && !Number.isSafeInteger(value))
    throw wrongType(place, "a string or an integer", value);
  const id = String(value);
  if (isDocumentId(id)) return id;
  throw wrongValue(place, `document identifier \`${id}\` is invalid`);
};

const strings = orNull(readArray(readString));

const FETCH: FieldTable<DocumentsRequest> = {
  offset: { code: "invalid_document_offset", read: readInteger() },
  limit: { code: "invalid_document_limit", read: readInteger() },
  fields: { code: "invalid_document_fields", read: strings },
  retrieveVectors: { code: "invalid_document_retrieve_vectors", read: readBoolean },
  ids: { code: "invalid_document_ids", read: orNull(readArray(readDocumentId)) },
  filter: { code: "invalid_document_filter", read: readFilter("invalid_document_filter") },
  sort: { code: "invalid_document_sort", read: strings },
};

const LIST: FieldTable<DocumentsRequest> = {
  offset: { code: "invalid_document_offset", read: queryInteger() },
  limit: { code: "invalid_document_limit", read: queryInteger() },
  fields: { code: "invalid_document_fields", read: queryList(readString) },
  retrieveVectors: { code: "invalid_document_retrieve_vectors", read: queryBoolean },
  ids: { code: "invalid_document_ids", read: queryList(readDocumentId) },
  filter: { code: "invalid_document_filter", read: queryFilter("invalid_document_filter") },
  sort: { code: "invalid_document_sort", read: querySort },
};

const all = (fields: string[] | null): string[] | null => (fields?.includes("*") ? null : fields);

const complete = (given: Partial<DocumentsRequest>): DocumentsRequest => {
  const request = { ...DEFAULT_DOCUMENTS, ...given };
  return { ...request, fields: all(request.fields) };
};

/** Checks the body of `POST /indexes/{uid}/documents/fetch`. */
export const parseDocumentsFetch = (body: unknown): DocumentsRequest => complete(readBody(FETCH, body));

/** Checks the query string of `GET /indexes/{uid}/documents`. */
export const parseDocumentsQuery = (params: URLSearchParams): DocumentsRequest => complete(readQuery(LIST, params));

export type DocumentRequest = Pick<DocumentsRequest, "fields" | "retrieveVectors">;

/** Checks the query string of `GET /indexes/{uid}/documents/{id}`. */
export const parseDocumentQuery = (params: URLSearchParams): DocumentRequest => {
  const { fields = null, retrieveVectors = false } = readQuery<DocumentRequest>(
    { fields: LIST.fields, retrieveVectors: LIST.retrieveVectors },
    params,
  );
  return { fields: all(fields), retrieveVectors };
};

export type DocumentsWrite = {
  primaryKey?: string;
  csvDelimiter?: string;
  customMetadata?: string;
  skipCreation?: boolean;
};

const CUSTOM_METADATA = { code: "invalid_index_custom_metadata", read: readString } as const;

const WRITE: FieldTable<DocumentsWrite> = {
  primaryKey: { code: "invalid_index_primary_key", read: readString },
  csvDelimiter: {
    code: "invalid_document_csv_delimiter",
    read: (value, place) => checkCsvDelimiter(readString(value, place)),
  },
  customMetadata: CUSTOM_METADATA,
  skipCreation: { code: "invalid_skip_creation", read: queryBoolean },
};

/** Checks the query string of `POST` and `PUT /indexes/{uid}/documents`. */
export const parseDocumentsWriteQuery = (params: URLSearchParams): DocumentsWrite => readQuery(WRITE, params);

/** Checks the query string of the routes that delete or edit documents. */
export const parseCustomMetadata = (params: URLSearchParams): { customMetadata?: string } =>
  readQuery<{ customMetadata?: string }>({ customMetadata: CUSTOM_METADATA }, params);

/** Checks the body of `POST /indexes/{uid}/documents/delete`: there, a filter that filters nothing is an error. */
export const parseDeleteByFilter = (body: unknown): Filter => {
  const { filter } = readBody<{ filter: Filter | null }>({ filter: FETCH.filter }, body);
  if (filter === undefined) throw new MeilisearchError("missing_document_filter", "Missing field `filter`");
  if (filter === null) throw new MeilisearchError("invalid_document_filter", "Sending an empty filter is forbidden.");
  return filter;
};

/** Documents changed by a function; null means all of them, and no context. */
export type DocumentsEdition = {
  function: string;
  filter: Filter | null;
  context: Record<string, unknown> | null;
};

const EDIT: FieldTable<DocumentsEdition> = {
  filter: FETCH.filter,
  context: { code: "invalid_document_edition_context", read: orNull(readRecord((value) => value)) },
  // The code is the one nodes give, odd as it is.
  function: { code: "invalid_document_edition_function_filter", read: readString },
};

/** Checks the body of `POST /indexes/{uid}/documents/edit`; whether the function compiles is left to the node. */
export const parseDocumentsEdit = (body: unknown): DocumentsEdition => {
  const { function: edit, filter = null, context = null } = readBody(EDIT, body);
  if (edit === undefined) throw new MeilisearchError("missing_document_edition_function", "Missing field `function`");
  return { function: edit, filter, context };
};
