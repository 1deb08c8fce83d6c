import fc from "fast-check";
import { recalled } from "./operation.ts";

/**
 * Keys that break escaping, patterns, hash tags, object literals or comparisons. All are legal and different. None ends in a backslash:
 * once it has parsed `{"x":1,"\\":2}`, V8 13.6 (Node 24) takes `{"x":1,"\n":2}` for the same, so that no store could keep both.
 */
const HOSTILE_KEYS = [
  ...[
    ":",
    "a:b",
    "{",
    "}",
    "{a}",
    "*",
    "?",
    "[a-z]",
    "%3A",
    "_index",
    "_",
    "\\a",
    "'",
    '"',
    "\n",
    "a\nb",
    "\t",
    "\u0001",
  ],
  ...["__proto__", "constructor", "toString", "null", "0", "00", "-1", "1e21", "9007199254740993", " ", "a ", "A"],
  ...["é", "e\u0301", "ß", "مرحبا", "\u202etxt", "東京", "\u2028", "\uff5e", "\uffff", "😀", "\u{10ffff}"],
  ...["k".repeat(1024), `${"é".repeat(511)}xx`],
];
/** Text that no key may be. */
const REFUSED_KEYS = ["", "a\0b", "\ud800", "a\udc00b", "x".repeat(1025), "é".repeat(513)];

const HOSTILE_VALUES = ["", ...HOSTILE_KEYS, "‹claim 0›"];
const REFUSED_VALUES = ["a\0b", "\udfff", "v".repeat(64 * 1024 + 1)];

const MAX = Number.MAX_SAFE_INTEGER;
const TEN_YEARS_MS = 10 * 365 * 24 * 3600 * 1000;

function nested(depth: number): unknown {
  let value: unknown = [];
  for (let i = 0; i < depth; i++) value = i % 2 === 0 ? { inner: value } : [value];
  return value;
}

/** JSON that codecs spoil: digits, empty lists, keys that are not data in JavaScript, depth. */
const HOSTILE_JSON: readonly unknown[] = [
  ...[
    -0,
    1e21,
    1e-7,
    MAX,
    MAX - 1,
    -MAX,
    2 ** 53,
    2 ** 53 + 2,
    -(2 ** 53),
    5e-324,
    1.7976931348623157e308,
    0.1,
    1e15,
    1e14,
  ],
  ...[[], {}, [[]], [{}], { a: [] }, { a: {} }, [null], null, true, "", "\u2028 😀 \\ud83d \u007f \\u0000", "\\", '"'],
  JSON.parse('{"__proto__":{"polluted":[]},"constructor":1,"":0,"a.b":{},"10":1,"9":[]}'),
  ...[nested(100), nested(199)],
];
const REFUSED_JSON: readonly unknown[] = [
  ...[nested(201), Number.NaN, Number.POSITIVE_INFINITY, 1n, () => 1, new Date(0), new Map(), "\ud800", "a\0"],
  ...[{ "a\0": 1 }, { a: undefined }, [undefined]],
];

type Arb = fc.Arbitrary<unknown>;
const often = (weight: number, arbitrary: Arb) => ({ weight, arbitrary });

/** A count of 0 or more: mostly small, now and then at an end of what is allowed, seldom past it. */
export const count: Arb = fc.oneof(
  often(60, fc.nat(6)),
  often(6, fc.constantFrom(-0, MAX, MAX - 1, 2 ** 31, 2 ** 32, 1e15)),
  often(1, fc.constantFrom(-1, 0.5, MAX + 1, Number.NaN, "1", null)),
);
export const positive: Arb = fc.oneof(
  often(60, fc.integer({ min: 1, max: 6 })),
  often(4, fc.constantFrom(MAX, 2 ** 31)),
  often(1, fc.constantFrom(0, -1, 1.5, MAX + 1, null)),
);
/** A task's uid; tasks are numbered from 0. */
export const uid: Arb = fc.oneof(
  often(30, fc.nat(8)),
  often(2, fc.constantFrom(2 ** 31 - 1, -0)),
  often(1, fc.constantFrom(2 ** 31, -1)),
);
export const limit: Arb = fc.oneof(
  often(40, fc.constantFrom(1, 2, 3, 20, 1000)),
  often(1, fc.constantFrom(0, 1001, 1.5)),
);
export const flag: Arb = fc.oneof(often(40, fc.boolean()), often(1, fc.constantFrom(0, 1, "true")));

/** How far the clock moves at once: the same numbers as durations, so that it often stands at a deadline exactly. */
const TICKS_MS = [1, 5, 100, 1000, 60_000, 600_000, 24 * 3600 * 1000];
export const tickMs: fc.Arbitrary<number> = fc.oneof(
  { weight: 60, arbitrary: fc.constant(0) },
  { weight: 20, arbitrary: fc.constantFrom(1, 4, 5, 99, 100) },
  { weight: 4, arbitrary: fc.constantFrom(...TICKS_MS) },
  { weight: 1, arbitrary: fc.constantFrom(2 * 24 * 3600 * 1000, TEN_YEARS_MS) },
);
export const duration: Arb = fc.oneof(
  often(40, fc.constantFrom(...TICKS_MS)),
  often(2, fc.constant(TEN_YEARS_MS)),
  often(1, fc.constantFrom(0, -1, TEN_YEARS_MS + 1, 0.1)),
);
/** A point in time: near to now, or one that was in an answer. */
export const time: Arb = fc.oneof(
  often(
    10,
    fc.constantFrom(-100, -1, 0, 1, 100, 60_000).map((plus) => recalled("now", 0, 0, plus)),
  ),
  often(
    10,
    fc.tuple(fc.nat(8), fc.constantFrom(-1, 0, 1)).map(([back, plus]) => recalled("time", back, 0, plus)),
  ),
  often(1, fc.constantFrom(0, MAX, -1, 0.5)),
);

const jsonDocuments: Arb = fc.oneof(
  often(8, fc.constantFrom(...HOSTILE_JSON)),
  often(8, fc.jsonValue({ maxDepth: 3, noUnicodeString: false, stringUnit: "binary" })),
  often(1, fc.constantFrom(...REFUSED_JSON)),
);
/** Any JSON; lone surrogates and NUL, which are refused, come up by themselves. */
export const json: Arb = fc.oneof(
  often(200, fc.constantFrom<unknown>(1, "a", { a: 1 })),
  often(100, jsonDocuments),
  often(1, fc.constant("j".repeat(1024 * 1024 - 2))),
  often(1, fc.constant("j".repeat(1024 * 1024 - 1))),
);
export const jsonObject: Arb = fc.oneof(
  often(20, fc.constantFrom<unknown>({}, { a: 1 })),
  often(15, fc.dictionary(fc.constantFrom("a", "b", "é", "", "x.y"), jsonDocuments, { maxKeys: 3 })),
  often(3, fc.constantFrom(JSON.parse('{"__proto__":{"a":[]}}'), { big: "j".repeat(100_000) })),
  often(1, fc.constantFrom<unknown>([], null, "a", new Map())),
);
export const nullable = (of: Arb): Arb => fc.option(of, { nil: null });
/** An object some of whose properties may be missing. */
export const partial = (shape: Record<string, Arb>, ...required: string[]): Arb =>
  fc.record(shape, { requiredKeys: required });

export const error: Arb = fc.oneof(
  often(
    20,
    fc.constantFrom("m", "", "😀\n").map((message) => ({ message, code: "c", type: "t", link: "" })),
  ),
  often(1, fc.constantFrom({ message: "m" }, { message: 1, code: "c", type: "t", link: "" })),
);
/** Text that is kept and given back. */
export const value: Arb = fc.oneof(
  often(20, fc.constantFrom("a", "b")),
  often(12, fc.constantFrom(...HOSTILE_VALUES)),
  often(1, fc.constantFrom("v".repeat(64 * 1024), ...REFUSED_VALUES)),
);
export const body: Arb = fc.oneof(
  often(300, value),
  often(1, fc.constant("b".repeat(1024 * 1024))),
  often(1, fc.constant("b".repeat(1024 * 1024 + 1))),
);
export const sha256: Arb = fc.oneof(
  often(
    30,
    fc.constantFrom(0, 1, 2).map((fill) => Buffer.alloc(32, fill)),
  ),
  often(
    5,
    fc.constantFrom(255, 10, 0x25).map((fill) => new Uint8Array(32).fill(fill)),
  ),
  often(1, fc.constantFrom<unknown>(Buffer.alloc(31), "a".repeat(32))),
);
export const sha256Hex: Arb = fc.oneof(
  often(30, fc.constantFrom("07".repeat(32), "a".repeat(64))),
  often(1, fc.constantFrom("A".repeat(64), "a")),
);

/** Few keys, so that operations meet: those of one sequence. */
export const alphabet: fc.Arbitrary<string[]> = fc.oneof(
  fc.constant<string[]>(["a", "b", "c"]),
  fc.uniqueArray(fc.constantFrom(...HOSTILE_KEYS), { minLength: 2, maxLength: 4 }),
);
export const keyOf = (keys: readonly string[]): Arb =>
  fc.oneof(often(99, fc.constantFrom(...keys)), often(1, fc.constantFrom(...REFUSED_KEYS)));

/** A page of a list, from its beginning or from where an earlier page of that list ended. */
export const pageOf = (list: string): Arb =>
  fc.oneof(
    often(
      40,
      partial({
        limit,
        cursor: fc.nat(2).map((back) => recalled(`next of ${list}`, back)),
      }),
    ),
    often(1, fc.constantFrom<unknown>({ cursor: "no cursor" }, { cursor: "" }, { page: 1 }, null)),
  );
