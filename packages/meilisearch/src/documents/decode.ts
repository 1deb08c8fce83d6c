import { MeilisearchError } from "../errors.ts";
import { decodeCsv } from "./csv.ts";
import { decodeJson, decodeNdjson } from "./json.ts";

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

/** UTF-8 only, as a node demands; a byte order mark is dropped. */
const asText = (body: Buffer | string, format: DocumentsFormat): string => {
  if (typeof body === "string") return body.startsWith("\uFEFF") ? body.slice(1) : body;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(body);
  } catch (cause) {
    throw new MeilisearchError("malformed_payload", `The \`${format}\` payload provided is malformed: invalid UTF-8.`, {
      cause,
    });
  }
};

/**
 * Cuts the body of a documents route into documents, each the JSON text of one object exactly as the client wrote it
 * (CSV rows are turned into objects). An empty list is fine. Nothing is returned unless the whole body is well formed.
 *
 * Throws MeilisearchError: missing_content_type, invalid_content_type, invalid_document_csv_delimiter, missing_payload,
 * malformed_payload.
 */
export const decodeDocuments = (
  body: Buffer | string,
  { contentType, csvDelimiter }: { contentType: string | undefined; csvDelimiter?: string | undefined },
): string[] => {
  const format = documentsFormat(contentType);
  if (csvDelimiter !== undefined && format !== "text/csv")
    throw new MeilisearchError(
      "invalid_content_type",
      `The Content-Type \`${format}\` does not support the use of a csv delimiter. The csv delimiter can only be used with the Content-Type \`text/csv\`.`,
    );
  if (body.length === 0) throw new MeilisearchError("missing_payload", `A ${format} payload is missing.`);
  const text = asText(body, format);
  if (format === "text/csv") return decodeCsv(text, csvDelimiter);
  return format === "application/json" ? decodeJson(text) : decodeNdjson(text);
};
