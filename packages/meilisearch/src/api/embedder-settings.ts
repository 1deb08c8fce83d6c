import { readInner } from "./fields.ts";
import {
  isObject,
  orNull,
  type Read,
  readBoolean,
  readInteger,
  readNumber,
  readOneOf,
  readRecord,
  readString,
  wrongValue,
} from "./readers.ts";
import type { Embedder } from "./settings.ts";

const SOURCES = ["openAi", "huggingFace", "ollama", "userProvided", "rest", "composite"] as const;

const anything: Read<unknown> = (value) => value;

const nested: Read<unknown> = (value, place) => readEmbedder(value, place);

const MEMBERS = {
  source: orNull(readOneOf(SOURCES)),
  model: orNull(readString),
  revision: orNull(readString),
  pooling: orNull(readOneOf(["useModel", "forceCls", "forceMean"])),
  apiKey: orNull(readString),
  dimensions: orNull(readInteger(1)),
  binaryQuantized: orNull(readBoolean),
  documentTemplate: orNull(readString),
  documentTemplateMaxBytes: orNull(readInteger(1)),
  url: orNull(readString),
  indexingFragments: orNull(readRecord(anything)),
  searchFragments: orNull(readRecord(anything)),
  request: anything,
  response: anything,
  headers: orNull(readRecord(readString)),
  searchEmbedder: orNull(nested),
  indexingEmbedder: orNull(nested),
  distribution: orNull(readInner<{ mean: number; sigma: number }>({ mean: readNumber(), sigma: readNumber() })),
};

type Member = keyof typeof MEMBERS;

/** What an embedder of that source cannot be without. */
const REQUIRED: Partial<Record<(typeof SOURCES)[number], readonly Member[]>> = {
  userProvided: ["dimensions"],
  rest: ["url", "request", "response"],
};

/**
 * One embedder of a settings update. Member names, their types, and what a source cannot be without are checked; which
 * members a source allows is left to the node.
 */
export const readEmbedder: Read<Embedder> = (value, place) => {
  const embedder = readInner<Record<Member, unknown>>(MEMBERS)(value, place);
  const source = SOURCES.find((known) => known === embedder.source);
  for (const member of (source && REQUIRED[source]) ?? [])
    if (embedder[member] === undefined || embedder[member] === null)
      throw wrongValue(place, `missing field \`${member}\` for source \`${source}\``);
  // The client's own object, so that what is stored is what was sent.
  return isObject(value) ? (value as Embedder) : (embedder as Embedder);
};
