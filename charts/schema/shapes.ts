/** A JSON schema, draft-07. */
export type Schema = { readonly [keyword: string]: unknown };

export const text: Schema = { type: "string" };
export const textOrNull: Schema = { type: ["string", "null"] };
export const filled: Schema = { type: "string", minLength: 1 };
export const truth: Schema = { type: "boolean" };
export const anyMap: Schema = { type: "object" };
export const anyList: Schema = { type: "array" };
export const textMap: Schema = { type: "object", additionalProperties: text };
export const textList: Schema = { type: "array", items: text };
export const quantity: Schema = { type: "string", pattern: "^[0-9.]+([KMGTPE]i?|m)?$" };
export const secretName: Schema = { type: "string", maxLength: 253, pattern: "^([a-z0-9]([a-z0-9.-]*[a-z0-9])?)?$" };

export const whole = (minimum: number, maximum?: number): Schema => ({
  type: "integer",
  minimum,
  ...(maximum === undefined ? {} : { maximum }),
});

/** An object with these properties and no others. All are required but the `optional`: helm takes a value given as `null` away. */
export function object(properties: Readonly<Record<string, Schema>>, optional: readonly string[] = []): Schema {
  const required = Object.keys(properties).filter((name) => !optional.includes(name));
  return { type: "object", additionalProperties: false, required, properties };
}

/**
 * A schema that nothing matches, and whose message people see: helm and other validators print what a constant should have been.
 * The message goes on where they say "value must be".
 */
export const refusal = (message: string): Schema => ({ const: message });

/** `schema` for the value at a path such as `taskStore.backend`, if there is one. */
const at = (path: string, schema: Schema): Schema =>
  path.split(".").reduceRight((inner, name) => ({ properties: { [name]: inner } }), schema);

/** Matches where there is a value at the path and `schema` matches it. */
export const has = (path: string, schema: Schema): Schema =>
  path.split(".").reduceRight((inner, name) => ({ required: [name], properties: { [name]: inner } }), schema);

/** Matches where the value at the path is this one. A bare `true` would be a schema that anything matches. */
export const is = (path: string, value: unknown): Schema => has(path, { const: value });

export const either = (...schemas: readonly Schema[]): Schema => ({ anyOf: schemas });
export const not = (schema: Schema): Schema => ({ not: schema });

/** Refuses the value at `path` where all of `when` match. */
export const refuse = (when: readonly Schema[], path: string, message: string): Schema => ({
  if: when.length === 1 ? when[0] : { allOf: when },
  // biome-ignore lint/suspicious/noThenProperty: a keyword of JSON schemas, not a promise's method.
  then: at(path, refusal(message)),
});
