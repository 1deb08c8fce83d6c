import fc from "fast-check";
import type { ApiRoute } from "../../src/routes/table/route.ts";
import { examplesFor } from "./examples.ts";

export interface FuzzRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array | undefined;
}

const INDEXES = ["i", "i", "empty", "none", "w"];
const VALUES: Readonly<Record<string, readonly string[]>> = {
  indexUid: INDEXES,
  documentId: ["1", "two", "nowhere", "a b", "18446744073709551615"],
  taskUid: ["0", "1", "3", "99999", "4294967296", "-1", "x"],
  batchUid: ["0", "1", "99999", "x"],
  key: ["nothing", "00000000-0000-4000-8000-000000000000"],
  uuid: ["00000000-0000-4000-8000-000000000000", "x"],
};

const odd = fc.oneof(
  fc.constantFrom(
    "%00",
    "%ff%fe",
    "..%2f..",
    "%",
    "%zz",
    "a%20b",
    "%F0%9F%90%88",
    "*",
    "_miroir_shard",
    "a".repeat(600),
  ),
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 8 }).map(encodeURIComponent),
);

const PARAMETERS =
  "q offset limit page hitsPerPage filter sort facets fields ids attributesToRetrieve vector hybridEmbedder id embedder from uids statuses types indexUids reverse afterEnqueuedAt primaryKey csvDelimiter skipCreation customMetadata retrieveVectors showRankingScore distinct locales sizeFormat canceledBy".split(
    " ",
  );
const query = fc
  .array(
    fc.tuple(
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...PARAMETERS) }, { weight: 1, arbitrary: odd }),
      fc.oneof(
        fc.constantFrom("1", "-1", "", "*", "true", "a,b", "price:asc", "price>1", "[1,0]", "e", "1e9", "null"),
        odd,
      ),
    ),
    { maxLength: 3 },
  )
  .map((pairs) => (pairs.length === 0 ? "" : `?${pairs.map(([name, value]) => `${name}=${value}`).join("&")}`));

/** What takes the place of some part of a body that is right. */
const scrap = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    true,
    -1,
    0,
    1.5,
    1e300,
    2 ** 53,
    "",
    "*",
    [],
    {},
    [[]],
    "\u0000",
    "\ud800",
    "__proto__",
  ),
  fc.constantFrom<unknown>("a".repeat(5_000), "_geoRadius(1,2,3)", "((((", "a = 1 OR", "TO", "{{", "'", '"', "\u2983"),
  fc.jsonValue({ maxDepth: 2 }),
);

function mutate(value: unknown, path: readonly number[], by: unknown): unknown {
  const [at, ...rest] = path;
  if (at === undefined || typeof value !== "object" || value === null) return by;
  const entries = Object.entries(value);
  if (entries.length === 0) return by;
  const changed = entries.map(([name, member], position) =>
    position === at % entries.length ? ([name, mutate(member, rest, by)] as const) : ([name, member] as const),
  );
  return Array.isArray(value) ? changed.map(([, member]) => member) : Object.fromEntries(changed);
}

const text = (value: unknown): Uint8Array => Buffer.from(JSON.stringify(value) ?? "");

function body(path: string): fc.Arbitrary<Uint8Array | undefined> {
  const example = fc.constantFrom(...examplesFor(path));
  const mutated = fc
    .tuple(example, fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 3 }), scrap)
    .map(([value, at, by]) => text(mutate(value, at, by)));
  const unknownField = fc
    .tuple(example, fc.string({ maxLength: 6 }), scrap)
    .map(([value, name, by]) => text(Array.isArray(value) ? [...value, by] : { ...(value as object), [name]: by }));
  const cut = fc.tuple(example, fc.nat()).map(([value, at]) => text(value).subarray(0, at % text(value).length));
  const spoiled = fc.tuple(example, fc.nat(), fc.nat({ max: 255 })).map(([value, at, byte]) => {
    const bytes = Uint8Array.from(text(value));
    bytes[at % bytes.length] = byte;
    return bytes;
  });
  const deep = fc.constantFrom("[", '{"a":').map((opening) => Buffer.from(opening.repeat(20_000)));
  return fc.oneof(
    { weight: 6, arbitrary: mutated },
    { weight: 2, arbitrary: unknownField },
    { weight: 2, arbitrary: example.map(text) },
    { weight: 2, arbitrary: fc.jsonValue().map(text) },
    { weight: 2, arbitrary: spoiled },
    { weight: 1, arbitrary: cut },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
    { weight: 1, arbitrary: deep },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

const usual = fc.constant<Record<string, string>>({ "content-type": "application/json" });
const headers = fc.oneof(
  { weight: 12, arbitrary: usual },
  {
    weight: 2,
    arbitrary: fc
      .constantFrom("application/x-ndjson", "text/csv", "text/plain", "application/json; charset=x", "", "/", "a/b;c")
      .map((type): Record<string, string> => ({ "content-type": type })),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("gzip", "br", "deflate", "zstd", "x", "gzip, br")
      .map(
        (encoding): Record<string, string> => ({ "content-type": "application/json", "content-encoding": encoding }),
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .constantFrom("Bearer", "Bearer x", "Basic eDp5", "Bearer a.b.c", "Bearer eyJhbGciOiJub25lIn0.e30.")
      .map((authorization): Record<string, string> => ({ "content-type": "application/json", authorization })),
  },
);

/** Requests to one route, most of them wrong somewhere. */
export function requestsTo({ method, path }: ApiRoute): fc.Arbitrary<FuzzRequest> {
  const names = [...path.matchAll(/:(\w+)/g)].map(([, name]) => name ?? "");
  const values = names.map((name) =>
    fc.oneof({ weight: 5, arbitrary: fc.constantFrom(...(VALUES[name] ?? ["x"])) }, { weight: 1, arbitrary: odd }),
  );
  const filled = fc.tuple(...values).map((chosen) => {
    let at = 0;
    return path.replace(/:\w+/g, () => chosen[at++] ?? "x");
  });
  return fc
    .tuple(
      filled,
      fc.oneof({ weight: 2, arbitrary: fc.constant("") }, { weight: 1, arbitrary: query }),
      headers,
      body(path),
    )
    .map(([target, search, sent, payload]) => ({
      method,
      path: target + search,
      headers: sent,
      body: method === "GET" ? undefined : payload,
    }));
}
