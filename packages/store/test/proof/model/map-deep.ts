/** A copy of a value with each part that `change` has an answer for replaced. Buffers stay what they are. */
export function mapDeep(value: unknown, change: (part: unknown) => { readonly to: unknown } | null): unknown {
  const changed = change(value);
  if (changed !== null) return changed.to;
  if (Array.isArray(value)) return value.map((item) => mapDeep(item, change));
  if (typeof value !== "object" || value === null) return value;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, mapDeep(item, change)]));
}
