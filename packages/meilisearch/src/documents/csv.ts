import { Parser } from "csv-parse";
import { MeilisearchError } from "../errors.ts";
import type { TextDocuments } from "./json-stream.ts";

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
 * Makes JSON objects of the rows of a CSV text that comes in pieces, and gives each to `take`. The first row names the
 * columns, each optionally `:number`, `:boolean` or `:string`; an empty cell is null. Throws invalid_document_csv_delimiter.
 */
export const readRows = (csvDelimiter: string, take: (document: string) => void): TextDocuments => {
  let columns: Column[] | null = null;
  const parser = new Parser({
    delimiter: checkCsvDelimiter(csvDelimiter),
    record_delimiter: ["\r\n", "\n", "\r"],
    relax_quotes: true,
    skip_empty_lines: true,
    on_record(row: string[]) {
      if (columns === null) columns = row.map(asColumn);
      else take(`{${columns.map(({ key, toJson }, index) => `${key}:${toJson(row[index] ?? "")}`).join(",")}}`);
      // Given on above: nothing is left for the parser's own reading side.
      return null;
    },
  });
  // Called as a stream calls it, but at once: all rows of a piece have been seen when it returns.
  const throwOn = (error?: Error | null): void => {
    if (error) throw error;
  };
  return {
    push: (text) => parser._transform(Buffer.from(text), "utf8", throwOn),
    end: () => parser._flush(throwOn),
  };
};
