import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrayItems, createDocumentsDecoder, MeilisearchError, skipSpace, valueEnd } from "../../src/index.ts";

type Outcome = { documents: readonly string[] } | { code: string; message: string };

const decodePieces = (pieces: readonly Uint8Array[], contentType: string): Outcome => {
  const documents: string[] = [];
  try {
    const decoder = createDocumentsDecoder({ contentType }, (document) => documents.push(document));
    for (const piece of pieces) decoder.push(piece);
    decoder.end();
    return { documents };
  } catch (error) {
    if (!(error instanceof MeilisearchError)) throw error;
    return { code: error.code, message: error.message };
  }
};

const decodeWhole = (body: Uint8Array, contentType: string): Outcome => decodePieces([body], contentType);

const bytewise = (body: Uint8Array): Uint8Array[] => Array.from(body, (_, at) => body.subarray(at, at + 1));

/** The body cut at those places, which are fractions of its length; some pieces are empty. */
const cutAt = (body: Uint8Array, places: readonly number[]): Uint8Array[] => {
  const cuts = [0, ...places.map((place) => Math.floor(place * body.length)).sort((a, b) => a - b), body.length];
  return cuts.slice(1).map((end, i) => body.subarray(cuts[i], end));
};

/** What cutting the whole text with the slicing functions, and JSON.parse, say of a JSON or NDJSON body. */
const sliceWhole = (text: string, contentType: string): readonly string[] | null => {
  const check = (document: string): string => {
    if (!document.startsWith("{")) throw new SyntaxError("not an object");
    JSON.parse(document);
    return document;
  };
  try {
    if (contentType === "application/json") {
      const start = skipSpace(text, 0);
      if (text.charAt(start) !== "[") return [check(text.slice(start, valueEnd(text, start)))];
      return Array.from(arrayItems(text, start), (item) => check(text.slice(item.start, item.end)));
    }
    const documents: string[] = [];
    for (let at = skipSpace(text, 0); at < text.length; ) {
      const end = valueEnd(text, at);
      documents.push(check(text.slice(at, end)));
      at = skipSpace(text, end);
    }
    return documents;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
};

const space = fc.constantFrom("", " ", "\n", "\r\n", "\t \n");
const text = fc.oneof(fc.string({ unit: "binary" }), fc.constantFrom('\\"', "\\\\", "é⦃😀", "]}", "{[", "\uFEFF"));
const object = fc
  .dictionary(text, fc.oneof(text, fc.jsonValue({ maxDepth: 3 })), { maxKeys: 4 })
  .map((value) => JSON.stringify(value));
const json = fc
  .tuple(fc.array(object, { maxLength: 5 }), space, space)
  .map(([objects, a, b]) => `${a}[${objects.join(`${b},${a}`)}${b}]${a}`);
const ndjson = fc.tuple(fc.array(object, { maxLength: 5 }), space).map(([objects, a]) => objects.join(a));
const cell = fc.constantFrom("1", "", '"a ""b"", c"', '"x\r\ny"', "é", "😀", 'z"z', "2.50", "true", "no");
const csv = fc
  .tuple(fc.array(fc.tuple(cell, cell, cell), { maxLength: 5 }), fc.constantFrom("\n", "\r\n", "\r"))
  .map(([rows, line]) => [["id:number", "é", "ok:boolean"], ...rows].map((row) => row.join(",")).join(line));

/** Well-formed bodies, and the same with a byte put in, taken out or changed. */
const bodyOf = (well: fc.Arbitrary<string>): fc.Arbitrary<Uint8Array> =>
  fc
    .tuple(
      well,
      fc.option(
        fc.record({
          at: fc.double({ min: 0, max: 1, noNaN: true }),
          remove: fc.nat(2),
          insert: fc.oneof(
            fc.constantFrom("", "\\", '"', "{", "}", "[", "]", ",", "\\ud83d", "\uFEFF", "1", "nul").map(Buffer.from),
            fc.uint8Array({ maxLength: 2 }),
          ),
        }),
      ),
    )
    .map(([whole, change]) => {
      const bytes = Buffer.from(whole);
      if (change === null) return bytes;
      const at = Math.floor(change.at * bytes.length);
      return Buffer.concat([bytes.subarray(0, at), change.insert, bytes.subarray(at + change.remove)]);
    });

describe.each([
  ["application/json", json],
  ["application/x-ndjson", ndjson],
  ["text/csv", csv],
])("%s in pieces", (contentType, well) => {
  it("is the same as in one piece, cut at every byte and anywhere, well formed or not", () => {
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 6 });
    fc.assert(
      fc.property(bodyOf(well), places, (body, cuts) => {
        const whole = decodeWhole(body, contentType);
        expect(decodePieces(bytewise(body), contentType)).toEqual(whole);
        expect(decodePieces(cutAt(body, cuts), contentType)).toEqual(whole);
      }),
      { numRuns: 1_000 },
    );
  });
});

describe.each([
  ["application/json", json],
  ["application/x-ndjson", ndjson],
])("%s", (contentType, well) => {
  it("is cut where slicing the whole text cuts it, and refused where that is", () => {
    fc.assert(
      fc.property(bodyOf(well), (body) => {
        const outcome = decodeWhole(body, contentType);
        let whole: string;
        try {
          whole = new TextDecoder("utf-8", { fatal: true }).decode(body);
        } catch {
          expect(outcome).toMatchObject({ code: "malformed_payload" });
          return;
        }
        const sliced = body.length === 0 ? null : sliceWhole(whole, contentType);
        if ("documents" in outcome) expect(outcome.documents).toEqual(sliced);
        // Half a surrogate pair is fine for JSON.parse.
        else if (!outcome.message.includes("surrogate")) expect(sliced).toBeNull();
      }),
      { numRuns: 1_000 },
    );
  });
});
