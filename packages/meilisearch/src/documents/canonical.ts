import { arrayItems, objectFields, skipSpace } from "../json-slices.ts";

/**
 * JSON text in a form that is the same for the same content: members by key, the last of several with one key, no white space. Scalars
 * stay the text they are, so that 64-bit integers and `1.0` are told from their neighbours. After RFC 8785, which also rewrites numbers.
 */
export const canonicalJson = (text: string): string => {
  const start = skipSpace(text, 0);
  if (text[start] === "{") {
    const members = new Map<string, string>();
    for (const { key, valueStart, valueEnd } of objectFields(text, start))
      members.set(key, canonicalJson(text.slice(valueStart, valueEnd)));
    const sorted = [...members].sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${sorted.map(([key, value]) => `${JSON.stringify(key)}:${value}`).join(",")}}`;
  }
  if (text[start] === "[")
    return `[${[...arrayItems(text, start)].map((item) => canonicalJson(text.slice(item.start, item.end))).join(",")}]`;
  const scalar = text.trim();
  // A string may write the same character in several ways.
  return scalar.includes("\\") ? JSON.stringify(JSON.parse(scalar)) : scalar;
};
