import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeDocuments, fieldText } from "../../src/index.ts";

const json = (body: Buffer | string) => decodeDocuments(body, { contentType: "application/json" });
const ndjson = (body: Buffer | string) => decodeDocuments(body, { contentType: "application/x-ndjson" });
const csv = (body: string, csvDelimiter?: string) => decodeDocuments(body, { contentType: "text/csv", csvDelimiter });
const malformed = expect.objectContaining({ code: "malformed_payload" });

describe("JSON and NDJSON", () => {
  const lossless = '{ "id":18446744073709551615, "10":1.0,"2":1e3, "s":"\\u00e9 }]" }';

  it("keep the text of every document", () => {
    expect(json(lossless)).toEqual([lossless]);
    expect(json(` [${lossless} , {}\n]`)).toEqual([lossless, "{}"]);
    expect(ndjson(`${lossless}\r\n\n{}\n`)).toEqual([lossless, "{}"]);
  });

  it("take any objects apart and nothing away", () => {
    fc.assert(
      fc.property(fc.array(fc.dictionary(fc.string(), fc.jsonValue())), (documents) => {
        const texts = documents.map((document) => JSON.stringify(document));
        expect(json(JSON.stringify(documents))).toEqual(texts);
        if (texts.length > 0) expect(ndjson(texts.join("\n"))).toEqual(texts);
      }),
    );
  });

  it("read objects that follow each other without a line break, as a node does", () => {
    expect(ndjson('{"id":1}{"id":\n2}')).toEqual(['{"id":1}', '{"id":\n2}']);
  });

  it("drop a byte order mark", () => {
    expect(json(Buffer.from('\uFEFF{"id":1}'))).toEqual(['{"id":1}']);
    expect(json('\uFEFF{"id":1}')).toEqual(['{"id":1}']);
  });

  it("refuse what is no UTF-8, and half a surrogate pair, which is no text either", () => {
    expect(() => json(Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]))).toThrow(malformed);
    expect(() => json('{"a":"\\ud83d"}')).toThrow(malformed);
    expect(() => json('{"\\udc00":1}')).toThrow(malformed);
    expect(json('{"a":"\\ud83d\\ude00 \\\\ud83d"}')).toHaveLength(1);
  });

  it("refuse numbers and depths that no node takes", () => {
    for (const huge of ["1e400", "-1e400", `1${"0".repeat(309)}`, '{"b":[1e309]}'])
      expect(() => json(`{"a":${huge}}`)).toThrow(malformed);
    for (const fine of ["1e-400", "1e308", '"1e400"', `1${"0".repeat(308)}`])
      expect(json(`{"a":${fine}}`)).toHaveLength(1);
    const nested = (depth: number) => `{"a":${"[".repeat(depth)}${"]".repeat(depth)}}`;
    expect(json(nested(127))).toHaveLength(1);
    expect(() => json(nested(128))).toThrow(malformed);
  });

  it.each(["[", "[{}", '[{"a":tru}]', "[{},]", "{", '{"a":1', " ", '[{"a":01}]', '[{"a":"\t"}]'])(
    "refuse %s",
    (text) => {
      expect(() => json(text)).toThrow(malformed);
    },
  );

  it("read no further than the first value of a JSON body", () => {
    expect(json('{"a":1}}')).toEqual(['{"a":1}']);
    expect(json('[{"id":1}][{"id":2}]')).toEqual(['{"id":1}']);
  });
});

describe("CSV", () => {
  it("makes objects, typed by the header", () => {
    expect(csv('id:number,name,ok:boolean,odd:kind,t:string\n1,"a ""b"", c",true,x,\n-2,, ,,y\r\n')).toEqual([
      '{"id":1,"name":"a \\"b\\", c","ok":true,"odd:kind":"x","t":null}',
      '{"id":-2,"name":null,"ok":null,"odd:kind":null,"t":"y"}',
    ]);
  });

  it.each([
    ["9223372036854775807", "9223372036854775807"],
    ["9007199254740993", "9007199254740993"],
    ["+5", "5"],
    [" 7 ", "7"],
    ["2.0", "2.0"],
    ["2.5", "2.5"],
    ["-.5e1", "-5.0"],
    ["18446744073709551616", "18446744073709552000.0"],
    ["", "null"],
  ])("the number %s becomes %s", (cell, expected) => {
    const [document = ""] = csv(`id,n:number\nx,${cell}\n`);
    expect(fieldText(document, "n")).toBe(expected);
  });

  it.each(["0x10", "1,5", "1_000", "NaN", "one"])("%s is no number", (cell) => {
    expect(() => csv(`id;n:number\nx;${cell}\n`, ";")).toThrow(malformed);
  });

  it("keeps colons, quotes and line breaks in cells", () => {
    expect(csv('a:b:number,"c,d"\n1,"x\ny"\n\n2,z"z\n')).toEqual([
      '{"a:b":1,"c,d":"x\\ny"}',
      '{"a:b":2,"c,d":"z\\"z"}',
    ]);
  });

  it("refuses rows of another width and delimiters that are none", () => {
    expect(() => csv("a,b\n1,2,3\n")).toThrow(malformed);
    expect(() => csv("a\n1\n", "\u00e9")).toThrow(expect.objectContaining({ code: "invalid_document_csv_delimiter" }));
  });
});
