/** A piece of JSON that is already text, to be sent as it is. */
export interface RawJson {
  readonly rawJson: string;
}

export const raw = (text: string): RawJson => ({ rawJson: text });

const isRaw = (value: object): value is RawJson => "rawJson" in value && typeof value.rawJson === "string";

/** JSON.stringify for plain data that may hold RawJson, and Maps as objects whose key order must last. */
export function toJsonText(value: unknown): string {
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null";
  if (Array.isArray(value)) return `[${value.map(toJsonText).join(",")}]`;
  if (isRaw(value)) return value.rawJson;
  if ("toJSON" in value && typeof value.toJSON === "function") return toJsonText(value.toJSON());
  const entries: Iterable<[unknown, unknown]> = value instanceof Map ? value : Object.entries(value);
  const members: string[] = [];
  for (const [key, member] of entries) {
    if (member !== undefined) members.push(`${JSON.stringify(String(key))}:${toJsonText(member)}`);
  }
  return `{${members.join(",")}}`;
}
