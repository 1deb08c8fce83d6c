import { parse } from "csv-parse/sync";
import { MeilisearchError } from "../errors.ts";

type Column = { key: string; toJson: (cell: string) => string };

const INTEGER = /^[+-]?\d+$/;
const FLOAT = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const MIN_INTEGER = -(2n ** 63n);
const MAX_INTEGER = 2n ** 63n - 1n;

const numberToJson = (cell: string): string => {
  const text = cell.trim();
  if (text === "") return "null";
  if (INTEGER.test(text)) {
    const integer = BigInt(text.replace("+", ""));
    if (integer >= MIN_INTEGER && integer <= MAX_INTEGER) return integer.toString();
  }
  if (!FLOAT.test(text)) throw new SyntaxError(`invalid number \`${cell}\``);
  const float = String(Number(text));
  // A node keeps `2.0` a float, and both spellings are different texts to whoever reads the document back.
  return /^-?\d+$/.test(float) ? `${float}.0` : Number.isFinite(Number(text)) ? float : "null";
};

const booleanToJson = (cell: string): string => {
  const text = cell.trim();
  if (text === "") return "null";
  if (text === "true" || text === "false") return text;
  throw new SyntaxError(`invalid boolean \`${cell}\`, expected \`true\` or \`false\``);
};

const stringToJson = (cell: string): string => (cell === "" ? "null" : JSON.stringify(cell));

const CONVERTERS = new Map([
  ["string", stringToJson],
  ["number", numberToJson],
  ["boolean", booleanToJson],
]);

/** `name:type`; an unknown type belongs to the name, as in `odd:kind`. */
const asColumn = (header: string): Column => {
  const colon = header.lastIndexOf(":");
  const toJson = colon === -1 ? undefined : CONVERTERS.get(header.slice(colon + 1));
  const name = toJson ? header.slice(0, colon) : header;
  return { key: JSON.stringify(name), toJson: toJson ?? stringToJson };
};

/** Gives the delimiter back if it is one ASCII character; throws invalid_document_csv_delimiter otherwise. */
export const checkCsvDelimiter = (delimiter: string): string => {
  if (delimiter.length === 1 && delimiter.charCodeAt(0) < 0x80) return delimiter;
  throw new MeilisearchError(
    "invalid_document_csv_delimiter",
    `Invalid value in parameter \`csvDelimiter\`: expected a single ASCII character, but found: \`${delimiter}\``,
  );
};

/**
 * The rows of a CSV text as JSON objects. The first row names the columns, each optionally `:number`, `:boolean` or
 * `:string`; an empty cell is null. Throws malformed_payload and invalid_document_csv_delimiter.
 */
export const decodeCsv = (text: string, csvDelimiter = ","): string[] => {
  const delimiter = checkCsvDelimiter(csvDelimiter);
  try {
    const [header = [], ...rows] = parse(text, {
      delimiter,
      record_delimiter: ["\r\n", "\n", "\r"],
      relax_quotes: true,
      skip_empty_lines: true,
    });
    const columns = header.map(asColumn);
    return rows.map(
      (row) => `{${columns.map(({ key, toJson }, index) => `${key}:${toJson(row[index] ?? "")}`).join(",")}}`,
    );
  } catch (cause) {
    throw new MeilisearchError(
      "malformed_payload",
      `The \`csv\` payload provided is malformed: \`${cause instanceof Error ? cause.message : String(cause)}\`.`,
      { cause },
    );
  }
};
