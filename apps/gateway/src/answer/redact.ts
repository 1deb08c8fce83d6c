/** How much of a secret of that many bytes is shown, and what comes after it. */
function shownPart(bytes: number): readonly [number, string] {
  if (bytes < 10) return [0, "XXX..."];
  if (bytes < 20) return [2, "XXXX..."];
  return bytes < 30 ? [3, "XXXXX..."] : [5, "XXXXXX..."];
}

/** A secret as nodes show one: its first bytes at most, never half a character. What comes before `after` is none. */
export function redact(secret: string, after = 0): string {
  const hidden = secret.slice(after);
  const [least, mark] = shownPart(Buffer.byteLength(hidden));
  let shown = "";
  for (const character of hidden) {
    if (Buffer.byteLength(shown) >= least) break;
    shown += character;
  }
  return secret.slice(0, after) + shown + mark;
}
