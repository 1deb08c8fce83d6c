/** A copy of what the model holds: what a caller does to an answer changes no row. Buffers stay buffers, which `structuredClone` loses. */
export function copyAnswer<T>(value: T): T;
export function copyAnswer(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value);
  if (Array.isArray(value)) return value.map((item) => copyAnswer(item));
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, copyAnswer(item)]));
}
