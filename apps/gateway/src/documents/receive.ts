import { createDocumentsDecoder, type DecodeOptions, type MeilisearchError } from "@miroir/meilisearch";
import { createIdentifier, type Identifier } from "../indexes/identify-documents.ts";
import { reservedInDocument } from "../plan/reserved-fields.ts";
import { asLine } from "../plan/write-plan.ts";
import type { ReadBody } from "../server/body.ts";
import { mayBeWrong } from "./inspect.ts";
import { createSpool, type Spool } from "./spool.ts";

export interface ReceiveOptions extends DecodeOptions {
  /** Where documents wait that are too many to stay in memory. */
  readonly folder: string;
  /** The primary key that the documents will most likely be stored with; `null` to find it in the first one. */
  readonly primaryKey: string | null;
  readonly shards: number;
}

/** The documents of a body that is well formed, none of which has a field of ours. Whoever gets it closes the spool. */
export interface Received {
  readonly spool: Spool;
  /** What was found out about them with the primary key that was expected. */
  readonly identifier: Identifier;
  /** Whether some have fields that nodes look at. */
  readonly mayBeWrong: boolean;
}

/**
 * Reads a body to its end, whatever is wrong with it, and keeps its documents. What is held in memory does not grow with
 * the body, but for the few bytes a document that say how long it is and where it belongs.
 *
 * @throws what `readBody`, the decoder and the spool throw; MeilisearchError miroir_reserved_field
 */
export async function receiveDocuments(
  readBody: ReadBody,
  { folder, primaryKey, shards, ...format }: ReceiveOptions,
): Promise<Received> {
  const spool = createSpool(folder);
  const identifier = createIdentifier(primaryKey, shards);
  let reserved: MeilisearchError | null = null;
  let isSuspect = false;
  try {
    const decoder = createDocumentsDecoder(format, (document) => {
      reserved ??= reservedInDocument(document);
      if (reserved) return;
      identifier.add(document);
      isSuspect ||= mayBeWrong(document);
      spool.append(asLine(document));
    });
    await readBody((chunk) => {
      decoder.push(chunk);
      return spool.settle();
    });
    decoder.end();
    if (reserved) throw reserved;
    return { spool, identifier, mayBeWrong: isSuspect };
  } catch (error) {
    await spool.close();
    throw error;
  }
}

/** Looks at documents that were received once more, with another primary key. */
export async function identifyAgain(spool: Spool, primaryKey: string | null, shards: number): Promise<Identifier> {
  const identifier = createIdentifier(primaryKey, shards);
  for await (const document of spool.documents()) identifier.add(document);
  return identifier;
}
