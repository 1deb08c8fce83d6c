import { MeilisearchError } from "../errors.ts";
import { readRows } from "./csv.ts";
import { cutObjects, type TextDocuments } from "./json-stream.ts";

const CONTENT_TYPES = ["application/json", "application/x-ndjson", "text/csv"] as const;

export type DocumentsFormat = (typeof CONTENT_TYPES)[number];

const listed = CONTENT_TYPES.map((type) => `\`${type}\``).join(", ");

/**
 * The format that a Content-Type header names; parameters such as charset are ignored.
 * Throws missing_content_type or invalid_content_type.
 */
export const documentsFormat = (contentType: string | undefined): DocumentsFormat => {
  const mime = contentType?.split(";")[0]?.trim().toLowerCase();
  if (!mime)
    throw new MeilisearchError(
      "missing_content_type",
      `A Content-Type header is missing. Accepted values for the Content-Type header are: ${listed}`,
    );
  const format = CONTENT_TYPES.find((type) => type === mime);
  if (!format)
    throw new MeilisearchError(
      "invalid_content_type",
      `The Content-Type \`${mime}\` is invalid. Accepted values for the Content-Type header are: ${listed}`,
    );
  return format;
};

/** A node names formats in its errors by the last word: `json`, `ndjson`, `csv`. */
const NAMES: Readonly<Record<DocumentsFormat, string>> = {
  "application/json": "json",
  "application/x-ndjson": "ndjson",
  "text/csv": "csv",
};

const malformed = (format: DocumentsFormat, cause: unknown): MeilisearchError => {
  const problem = cause instanceof Error ? cause.message : String(cause);
  const text = format === "text/csv" ? `\`${problem}\`` : problem;
  return new MeilisearchError("malformed_payload", `The \`${NAMES[format]}\` payload provided is malformed: ${text}.`, {
    cause,
  });
};

const notUtf8 = (format: DocumentsFormat, cause: unknown): MeilisearchError =>
  new MeilisearchError("malformed_payload", `The \`${format}\` payload provided is malformed: invalid UTF-8.`, {
    cause,
  });

export type DecodeOptions = { contentType: string | undefined; csvDelimiter?: string | undefined };

/** Takes the body of a documents route as it comes, cut anywhere. */
export type DocumentsDecoder = {
  /** Never throws: what is wrong is said at the end, and no document is given any more. */
  push(bytes: Uint8Array): void;
  /** Throws MeilisearchError missing_payload, malformed_payload. Until it has returned, no document may be used. */
  end(): void;
};

const textDocuments = (
  format: DocumentsFormat,
  csvDelimiter: string | undefined,
  take: (document: string) => void,
): TextDocuments => {
  if (format === "text/csv") return readRows(csvDelimiter ?? ",", take);
  return cutObjects(format === "application/json" ? "values" : "sequence", take);
};

/**
 * Cuts the body of a documents route into documents, each the JSON text of one object exactly as the client wrote it
 * (CSV rows are turned into objects), and gives them to `take`, which must not throw, in order. UTF-8 only, as a node
 * demands; a byte order mark is dropped. How the body is cut into pieces makes no difference.
 *
 * Throws MeilisearchError: missing_content_type, invalid_content_type, invalid_document_csv_delimiter.
 */
export const createDocumentsDecoder = (
  { contentType, csvDelimiter }: DecodeOptions,
  take: (document: string) => void,
): DocumentsDecoder => {
  const format = documentsFormat(contentType);
  if (csvDelimiter !== undefined && format !== "text/csv")
    throw new MeilisearchError(
      "invalid_content_type",
      `The Content-Type \`${format}\` does not support the use of a csv delimiter. The csv delimiter can only be used with the Content-Type \`text/csv\`.`,
    );
  const documents = textDocuments(format, csvDelimiter, take);
  const utf8 = new TextDecoder("utf-8", { fatal: true });
  let isEmpty = true;
  /** What is no UTF-8 comes before what is no JSON, wherever it stands. */
  let badBytes: MeilisearchError | null = null;
  let badText: MeilisearchError | null = null;

  const read = (decode: () => string, then: (text: string) => void): void => {
    if (badBytes) return;
    let text: string;
    try {
      text = decode();
    } catch (cause) {
      badBytes = notUtf8(format, cause);
      return;
    }
    if (badText) return;
    try {
      then(text);
    } catch (cause) {
      badText = malformed(format, cause);
    }
  };

  return {
    push(bytes) {
      if (bytes.length === 0) return;
      isEmpty = false;
      read(() => utf8.decode(bytes, { stream: true }), documents.push);
    },
    end() {
      if (isEmpty) throw new MeilisearchError("missing_payload", `A ${format} payload is missing.`);
      // What is left of the bytes is at most half a character, which is an error.
      read(() => utf8.decode(), documents.end);
      const problem = badBytes ?? badText;
      if (problem) throw problem;
    },
  };
};

/**
 * The documents of a whole body: see createDocumentsDecoder, whose errors it throws. An empty list is fine. Nothing is
 * returned unless the whole body is well formed.
 */
export const decodeDocuments = (body: Buffer | string, options: DecodeOptions): string[] => {
  const documents: string[] = [];
  const decoder = createDocumentsDecoder(options, (document) => documents.push(document));
  decoder.push(typeof body === "string" ? Buffer.from(body) : body);
  decoder.end();
  return documents;
};
