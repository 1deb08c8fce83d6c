import { type FieldTable, readBody } from "./fields.ts";
import { orNull, readBoolean } from "./readers.ts";

/** What `GET /experimental-features` lists, in its order. */
export const EXPERIMENTAL_FEATURES = [
  "metrics",
  "logsRoute",
  "editDocumentsByFunction",
  "containsFilter",
  "dynamicSearchRules",
  "network",
  "getTaskDocumentsRoute",
  "taskQueueCompactionRoute",
  "compositeEmbedders",
  "chatCompletions",
  "multimodal",
  "foreignKeys",
  "disableDocumentsFetchQueue",
  "legacySearch",
  "renderRoute",
] as const;

export type ExperimentalFeature = (typeof EXPERIMENTAL_FEATURES)[number];

export type ExperimentalFeatures = Record<ExperimentalFeature, boolean>;

/** As on a new node: everything is off. */
export const DEFAULT_EXPERIMENTAL_FEATURES = Object.fromEntries(
  EXPERIMENTAL_FEATURES.map((feature) => [feature, false]),
) as ExperimentalFeatures;

const FIELDS = Object.fromEntries(
  EXPERIMENTAL_FEATURES.map((feature) => [feature, { code: "bad_request", read: orNull(readBoolean) }]),
) as FieldTable<Record<ExperimentalFeature, boolean | null>>;

/** Checks the parsed body of `PATCH /experimental-features`; what it does not name, or names with null, stays as it is. */
export const parseExperimentalFeatures = (body: unknown): Partial<ExperimentalFeatures> =>
  Object.fromEntries(Object.entries(readBody(FIELDS, body)).filter(([, value]) => value !== null));
