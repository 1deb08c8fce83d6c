/** The form in which the engine compares strings: in filters, facets, sorts and distinct values. */
export function normalizeText(text: string): string {
  return text.trim().normalize("NFKD").toLowerCase();
}

/** The key of a value (JSON text of a scalar) under `distinct`: equal for values the engine takes for equal; null has none. */
export function distinctKey(scalar: string): string | undefined {
  const value: unknown = JSON.parse(scalar);
  if (value === null) return undefined;
  return typeof value === "number" ? `n${value}` : `s${normalizeText(String(value))}`;
}
