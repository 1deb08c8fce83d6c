import type { RecordedCase, Tie } from "./case.ts";

const patterns: Record<string, RegExp> = {
  "<date>": /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z$/,
  "<duration>": /^P(T?\d.*)$/,
  "<uuid>": /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
  "<key>": /^[0-9a-f]{64}$/,
};
const anyText = new Set(["<message>", "<link>", "<text>", "<commit>", "<dumpUid>"]);

/** The differences between an expected and an actual value, as `path: expected, found` lines. */
export function differences(expected: unknown, actual: unknown, path = ""): string[] {
  const wrong = (): string[] => [`${path || "."}: expected ${short(expected)}, found ${short(actual)}`];
  if (typeof expected === "string") {
    const pattern = patterns[expected];
    if (pattern !== undefined) return typeof actual === "string" && pattern.test(actual) ? [] : wrong();
    if (anyText.has(expected)) return typeof actual === "string" && actual !== "" ? [] : wrong();
    if (expected === "<bytes>") return typeof actual === "number" || /^[\d.]+ \w+$/.test(String(actual)) ? [] : wrong();
    if (expected === "<object>")
      return typeof actual === "object" && actual !== null && !Array.isArray(actual) ? [] : wrong();
    return expected === actual ? [] : wrong();
  }
  if (path.endsWith(".processingTimeMs")) return typeof actual === "number" ? [] : wrong();
  if (typeof expected !== "object" || expected === null) return expected === actual ? [] : wrong();
  if (Array.isArray(expected)) {
    if (!Array.isArray(actual)) return wrong();
    const found: string[] =
      expected.length === actual.length ? [] : [`${path}.length: expected ${expected.length}, found ${actual.length}`];
    for (let at = 0; at < Math.min(expected.length, actual.length); at++) {
      found.push(...differences(expected[at], actual[at], `${path}[${at}]`));
    }
    return found;
  }
  if (typeof actual !== "object" || actual === null || Array.isArray(actual)) return wrong();
  const left = expected as Record<string, unknown>;
  const right = actual as Record<string, unknown>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])].flatMap((key) => {
    if (!(key in right)) return [`${path}.${key}: missing`];
    if (!(key in left)) return [`${path}.${key}: unexpected ${short(right[key])}`];
    return differences(left[key], right[key], `${path}.${key}`);
  });
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "undefined";
  return text.length > 160 ? `${text.slice(0, 160)}…` : text;
}

/** Compares an answer by the recordings' rules: ties in any order, patterns, and number forms that mean the same. */
export function compareBody(recorded: RecordedCase, actual: unknown): string[] {
  return differences(recorded.response.body, untie(recorded, actual));
}

/** Brings the members of ties into the recorded order, where the same ones are there. */
function untie({ ties, response }: RecordedCase, actual: unknown): unknown {
  if (ties === undefined) return actual;
  if (isTies(ties)) return untieList(ties, response.body, actual);
  const wanted = (response.body as { results?: unknown[] }).results;
  const found = (actual as { results?: unknown[] } | null)?.results;
  if (wanted === undefined || !Array.isArray(found)) return actual;
  const results = found.map((result, at) => untieList(ties[at] ?? [], wanted[at], result));
  return { ...(actual as object), results };
}

const isTies = (ties: NonNullable<RecordedCase["ties"]>): ties is readonly Tie[] => Array.isArray(ties);

function untieList(ties: readonly Tie[], expected: unknown, actual: unknown): unknown {
  if (typeof actual !== "object" || actual === null) return actual;
  const list = "hits" in actual ? "hits" : "results";
  const found = (actual as Record<string, unknown>)[list];
  const wanted = (expected as Record<string, unknown> | undefined)?.[list];
  if (!Array.isArray(found) || !Array.isArray(wanted)) return actual;
  const ordered: unknown[] = [...found];
  for (const tie of ties) reorder(tie, wanted, ordered);
  return { ...actual, [list]: ordered };
}

function reorder([from, to, cut]: Tie, wanted: readonly unknown[], ordered: unknown[]): void {
  const members = ordered.slice(from, to);
  // Equal ones lie beyond the page as well: only how many are here is fixed.
  if (cut === "cut") {
    for (let at = from; at < Math.min(to, ordered.length); at++) ordered[at] = wanted[at];
    return;
  }
  for (let at = from; at < to; at++) {
    const match = members.findIndex((member) => differences(wanted[at], member).length === 0);
    if (match !== -1) ordered[at] = members.splice(match, 1)[0];
    else ordered[at] = members.shift();
  }
}
