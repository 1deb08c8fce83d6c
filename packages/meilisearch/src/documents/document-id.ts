import { MeilisearchError } from "../errors.ts";
import { fieldText } from "../json-slices.ts";

const MAX_ID_LENGTH = 511;
const ID = /^[A-Za-z0-9_-]+$/;
const INTEGER = /^(0|-?[1-9]\d*)$/;
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 64n - 1n;

const isInteger = (text: string): boolean => {
  if (!INTEGER.test(text)) return false;
  if (text.length < 19) return true;
  const integer = BigInt(text);
  return integer >= MIN_INTEGER && integer <= MAX_INTEGER;
};

/** Whether a text may be a document's id: 1 to 511 letters, digits, hyphens or underscores, all ASCII. */
export const isDocumentId = (id: string): boolean => id.length <= MAX_ID_LENGTH && ID.test(id);

const invalidId = (valueText: string): MeilisearchError =>
  new MeilisearchError(
    "invalid_document_id",
    `Document identifier \`${valueText}\` is invalid. A document identifier can be of type integer or string, only composed of alphanumeric characters (a-z A-Z 0-9), hyphens (-) and underscores (_), and can not be more than 511 bytes.`,
  );

/**
 * The texts of all values a path leads to. A dot in the path may separate levels or belong to a key, so `a.b` finds
 * both `{"a":{"b":1}}` and `{"a.b":1}`.
 */
const valuesAt = (objectText: string, path: string): string[] => {
  const values: string[] = [];
  const whole = fieldText(objectText, path);
  if (whole !== undefined) values.push(whole);
  for (let dot = path.indexOf("."); dot !== -1; dot = path.indexOf(".", dot + 1)) {
    const inner = fieldText(objectText, path.slice(0, dot));
    if (inner?.startsWith("{")) values.push(...valuesAt(inner, path.slice(dot + 1)));
  }
  return values;
};

/**
 * The id of a document, given as the JSON text of an object. Identity is the string form: `1` and `"1"` are one
 * document, `"01"` is another. Integers may go from -2^63 to 2^64-1.
 *
 * Returns, rather than throws, missing_document_id or invalid_document_id: on a node these are errors of the task.
 */
export const documentId = (documentText: string, primaryKey: string): { id: string } | MeilisearchError => {
  const [valueText, ...others] = valuesAt(documentText, primaryKey);
  if (valueText === undefined)
    return new MeilisearchError(
      "missing_document_id",
      `Document doesn't have a \`${primaryKey}\` attribute: \`${documentText}\`.`,
    );
  if (others.length > 0)
    return new MeilisearchError(
      "invalid_document_id",
      `Document has several values for the \`${primaryKey}\` attribute: \`${documentText}\`.`,
    );
  if (!valueText.startsWith('"')) return isInteger(valueText) ? { id: valueText } : invalidId(valueText);
  const id = JSON.parse(valueText) as string;
  return isDocumentId(id) ? { id } : invalidId(valueText);
};
