import { MeilisearchError } from "../errors.ts";

const ACCEPTED = "Accepted values for the Content-Type header are: `application/json`";

const checkContentType = (contentType: string | undefined): void => {
  const mime = contentType?.split(";")[0]?.trim().toLowerCase();
  if (!mime) throw new MeilisearchError("missing_content_type", `A Content-Type header is missing. ${ACCEPTED}`);
  if (mime !== "application/json")
    throw new MeilisearchError("invalid_content_type", `The Content-Type \`${mime}\` is invalid. ${ACCEPTED}`);
};

type ReviverContext = { source?: string };

/** Integers that a JavaScript number cannot hold become bigints instead of becoming other integers. */
const exactIntegers = (_key: string, value: unknown, context?: ReviverContext): unknown =>
  typeof value === "number" && !Number.isSafeInteger(value) && context?.source && /^-?\d+$/.test(context.source)
    ? BigInt(context.source)
    : value;

/**
 * Parses the body of a JSON route. Not for documents, which must stay text: see decodeDocuments.
 * With `exact`, integers beyond 2^53 are bigints.
 *
 * Throws MeilisearchError: missing_content_type, invalid_content_type, missing_payload, malformed_payload.
 */
export const parseJsonBody = (
  body: Buffer | string,
  contentType: string | undefined,
  { exact = false }: { exact?: boolean } = {},
): unknown => {
  checkContentType(contentType);
  if (body.length === 0) throw new MeilisearchError("missing_payload", "A json payload is missing.");
  try {
    const text = typeof body === "string" ? body : new TextDecoder("utf-8", { fatal: true }).decode(body);
    return JSON.parse(text, exact ? exactIntegers : undefined);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new MeilisearchError("malformed_payload", `The json payload provided is malformed. \`${reason}\`.`, {
      cause,
    });
  }
};
