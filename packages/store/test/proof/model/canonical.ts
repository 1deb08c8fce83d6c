/**
 * A value as text that tells apart whatever a caller could: -0 from 0, a missing property from an undefined one, a Buffer from other
 * bytes. Only the order of an object's keys does not count.
 */
export function canonical(value: unknown): string {
  if (Object.is(value, -0)) return "-0";
  if (typeof value === "string") return JSON.stringify(value);
  if (Buffer.isBuffer(value)) return `Buffer ${value.toString("hex")}`;
  if (Array.isArray(value)) return `[${Array.from(value, canonical).join()}]`;
  if (typeof value !== "object" || value === null) return String(value);
  const prototype: unknown = Object.getPrototypeOf(value);
  const kind = prototype === Object.prototype ? "" : String((prototype as object | null)?.constructor.name);
  const entries = Object.entries(value).map(([key, item]) => `${JSON.stringify(key)}:${canonical(item)}`);
  return `${kind}{${entries.sort().join()}}`;
}
