import { z } from "zod";

/** Any JSON value. */
export const jsonValue = z.json();
export type JsonValue = z.infer<typeof jsonValue>;

/** Any JSON object. */
export const jsonObject = z.record(z.string(), jsonValue);
export type JsonObject = z.infer<typeof jsonObject>;
