/** One piece of a text: a word, a stop word, or a separator that keeps words near (soft) or apart (hard). */
export interface Token {
  readonly kind: "word" | "stopWord" | "soft" | "hard";
  /** Lower-cased, decomposed and without combining marks; for separators the text itself. */
  readonly lemma: string;
  /** Where the token stands in the original text, in UTF-16 units; `end` is excluded. */
  readonly start: number;
  readonly end: number;
}

export interface TokenizerOptions {
  readonly stopWords?: ReadonlySet<string>;
  readonly separatorTokens?: readonly string[];
  readonly nonSeparatorTokens?: readonly string[];
  readonly dictionary?: readonly string[];
}

export type Tokenizer = (text: string) => Token[];

/** Separators of Meilisearch's tokenizer: punctuation, white space, and mathematical signs. `<`, `=`, `$` are letters there. */
const separator = /[\p{P}\p{Z}\n\r\t\0`+±×÷−-⊋⊍⊏-⋿]/u;
const hardSeparators = new Set([
  "!",
  ";",
  "?",
  "¡",
  "§",
  "¶",
  "¿",
  "…",
  "。",
  "、",
  "！",
  "？",
  "，",
  "；",
  "،",
  "؛",
  "؟",
  "\0",
]);

/** Lower case, compatibility decomposition, no combining marks: the form in which words are compared. */
export function normalizeWord(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replace(/[\p{Mn}\p{Cc}]/gu, "")
    .replace(/œ/g, "oe")
    .replace(/æ/g, "ae")
    .replace(/đ/g, "d")
    .replace(/['’‘]/g, "'");
}

/**
 * A tokenizer after charabia's defaults without language-specific segmenters: words are what stands between
 * separators; `. ` and `, ` are hard separators although `.` and `,` alone are soft.
 */
export function createTokenizer(options: TokenizerOptions = {}): Tokenizer {
  const extra = [...(options.separatorTokens ?? [])].sort((a, b) => b.length - a.length);
  const excluded = new Set(options.nonSeparatorTokens ?? []);
  const dictionary = [...(options.dictionary ?? [])]
    .filter((entry) => entry !== "")
    .sort((a, b) => b.length - a.length);
  const stopWords = options.stopWords ?? new Set<string>();

  const separatorAt = (text: string, at: number): string | null => {
    for (const entry of extra) if (text.startsWith(entry, at)) return entry;
    const two = text.slice(at, at + 2);
    if ((two === ". " || two === ", ") && !excluded.has(two) && !excluded.has(two.charAt(0))) return two;
    const char = String.fromCodePoint(text.codePointAt(at) ?? 0);
    return separator.test(char) && !excluded.has(char) ? char : null;
  };

  return (text) => {
    const tokens: Token[] = [];
    let wordStart = -1;
    const pushWord = (end: number): void => {
      if (wordStart < 0) return;
      const word = text.slice(wordStart, end);
      // Stop words are looked up before letters are made small: with "the" among them, "The" is still a word.
      const kind = stopWords.has(word.normalize("NFKD")) ? "stopWord" : "word";
      tokens.push({ kind, lemma: normalizeWord(word), start: wordStart, end });
      wordStart = -1;
    };
    let at = 0;
    while (at < text.length) {
      const entry = dictionary.find((word) => text.startsWith(word, at));
      if (entry !== undefined) {
        pushWord(at);
        wordStart = at;
        at += entry.length;
        pushWord(at);
        continue;
      }
      const found = separatorAt(text, at);
      if (found === null) {
        if (wordStart < 0) wordStart = at;
        at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
        continue;
      }
      pushWord(at);
      const hard = hardSeparators.has(found) || found === ". " || found === ", ";
      tokens.push({ kind: hard ? "hard" : "soft", lemma: found, start: at, end: at + found.length });
      at += found.length;
    }
    pushWord(text.length);
    return tokens;
  };
}

export interface PlacedWord {
  readonly word: string;
  readonly position: number;
}

/**
 * The words of one leaf value with their positions: a soft separator moves by 1, a hard one by 8.
 * Stop words take a place but are not returned.
 */
export function placeWords(tokens: readonly Token[], startPosition: number): PlacedWord[] {
  const out: PlacedWord[] = [];
  let position = startPosition;
  let previous: "none" | "near" | "hard" = "none";
  for (const token of tokens) {
    if (token.kind === "hard") {
      if (previous !== "none") previous = "hard";
      continue;
    }
    if (token.kind === "soft") {
      continue;
    }
    if (token.lemma === "") continue;
    if (previous === "hard") position += 8;
    else if (previous === "near") position += 1;
    previous = "near";
    if (token.kind === "word") out.push({ word: token.lemma, position });
  }
  return out;
}

/** Positions as the word database keeps them: exact below 16, then in ever wider groups. */
export function bucketedPosition(position: number): number {
  if (position < 16) return position;
  if (position < 24) return 24;
  return 2 ** Math.ceil(Math.log2(position));
}
