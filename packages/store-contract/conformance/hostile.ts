/** Keys that break escaping, patterns, hash tags, object literals or comparisons somewhere. All are legal, and all are different. */
export const HOSTILE_KEYS: readonly string[] = [
  ...[":", "{", "}", "*", "?", "[", "]", "{}", "a:b", "a{b}", "{a}b", "a*", "?[a-z]", "_index", "%", "%3A", "%25"],
  ...[
    "\\",
    "\\:",
    "'",
    '"',
    "`",
    "--",
    "; DROP TABLE tasks",
    "$1",
    "@p",
    "\n",
    "a\nb",
    "\r\n",
    "\t",
    "\u0001",
    "\u007f",
  ],
  ...[
    "__proto__",
    "constructor",
    "toString",
    "hasOwnProperty",
    "length",
    "null",
    "undefined",
    "true",
    "0",
    "00",
    "1e3",
    "-1",
  ],
  ...["a", "A", " ", " a", "a ", "é", "e\u0301", "ß", "ss", "\u2028", "\u200f", "مرحبا", "\u202etxt", "東京"],
  // By UTF-16 units the emoji come before U+FF5E, by code points (and UTF-8 bytes) after it.
  ...["\uff5e", "\uffff", "😀", "👩‍👩‍👧", "\u{10ffff}", "k".repeat(1024), `${"é".repeat(511)}xx`],
];

/** The order of lists by text, said apart from the rule that backends may share. */
export const byBytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Pairs that become one another where the parts of a key are joined carelessly. */
export const HOSTILE_PAIRS: readonly (readonly [string, string])[] = [
  ["a", "b:c"],
  ["a:b", "c"],
  ["a", ":b"],
  ["a:", "b"],
  ["a::", "b"],
  ["ab", "c"],
  ["a", "bc"],
  ["a", "b"],
  ["b", "a"],
  ["a%3Ab", "c"],
  ["a\\:b", "c"],
  ['a","b', "c"],
  ["a", 'b","c'],
  ["{a}", "b"],
  ["a}", "{b"],
  ["__proto__", "constructor"],
  ["constructor", "__proto__"],
  ["a\n", "b"],
  ["a", "\nb"],
];

/** Text that no key may be. */
export const REFUSED_KEYS: readonly string[] = [
  "",
  "a\0b",
  "\0",
  "\ud800",
  "a\udc00b",
  "x".repeat(1025),
  "é".repeat(513),
];

/** JSON that codecs spoil: digits, order of keys, characters, keys that are not data in JavaScript. */
export const HOSTILE_JSON: readonly string[] = [
  '{"max":9007199254740991,"over":9007199254740992,"min":-9007199254740991,"under":-9007199254740992}',
  '{"small":5e-324,"large":1.7976931348623157e+308,"third":0.3333333333333333,"tenth":0.1}',
  '{"__proto__":{"polluted":true},"constructor":{"prototype":1},"toString":null}',
  '{"nested":[[[[[{"a":[{"b":[null,true,false,"",0]}]}]]]]]}',
  '{"text":"\\"quoted\\" \\\\ud83d \\\\u0000 \\n \u2028 😀 مرحبا \u202e","":"empty key","a.b":1,"$ref":"x"}',
  '{"b":1,"a":2,"10":3,"9":4}',
  "{}",
];
