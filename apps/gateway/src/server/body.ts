import type { Readable, Transform } from "node:stream";
import { createBrotliDecompress, createGunzip, createInflate, createZstdDecompress } from "node:zlib";
import { MeilisearchError } from "@miroir/meilisearch";

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: createGunzip,
  "x-gzip": createGunzip,
  deflate: createInflate,
  br: createBrotliDecompress,
  zstd: createZstdDecompress,
};

const tooLarge = (maxBytes: number) =>
  new MeilisearchError(
    "payload_too_large",
    `The provided payload reached the size limit. The maximum accepted payload size is ${maxBytes} bytes.`,
  );

/** Stops reading, but lets what still arrives run off, so that the client gets to read the answer. */
function discard(source: Readable, decoder: Transform | undefined): void {
  source.unpipe();
  source.resume();
  decoder?.destroy();
}

/** What is done with each chunk of a body. While a promise stands, nothing more is read. */
export type TakeChunk = (chunk: Buffer) => Promise<void> | undefined;

/** Reads a body to its end, chunk by chunk. @throws what readBodyInto throws */
export type ReadBody = (take: TakeChunk) => Promise<void>;

export interface BodyOptions {
  readonly encoding: string | undefined;
  readonly length: number;
  readonly maxBytes: number;
}

/**
 * A request's body, decompressed. Keeps at most `maxBytes` and a few chunks, however much arrives or a small body unfolds to.
 * @throws what readBodyInto throws
 */
export async function readBody(source: Readable, options: BodyOptions): Promise<Buffer> {
  const chunks: Buffer[] = [];
  await readBodyInto(source, options, (chunk) => {
    chunks.push(chunk);
    return undefined;
  });
  return Buffer.concat(chunks);
}

/**
 * Gives a request's body, decompressed, to `take`.
 * @throws MeilisearchError payload_too_large; invalid_content_type for an unknown encoding; malformed_payload for bytes that
 * are not of the encoding; bad_request when the client went away; what `take` throws
 */
export async function readBodyInto(
  source: Readable,
  { encoding, length, maxBytes }: BodyOptions,
  take: TakeChunk,
): Promise<void> {
  const name = encoding?.trim().toLowerCase() || "identity";
  const create = DECODERS[name];
  if (name !== "identity" && !create) {
    discard(source, undefined);
    throw new MeilisearchError("invalid_content_type", `The content encoding \`${name}\` is not supported.`);
  }
  if (!create && length > maxBytes) {
    discard(source, undefined);
    throw tooLarge(maxBytes);
  }
  if (source.destroyed && !source.readableEnded) throw brokeOff();
  const decoder = create?.();
  if (decoder) source.on("error", (error) => decoder.destroy(error)).pipe(decoder);
  await consume(source, decoder, maxBytes, take);
}

const brokeOff = (cause?: unknown) => new MeilisearchError("bad_request", "The payload broke off.", { cause });

function consume(source: Readable, decoder: Transform | undefined, maxBytes: number, take: TakeChunk): Promise<void> {
  const body = decoder ?? source;
  return new Promise((resolve, reject) => {
    let size = 0;
    let hasFailed = false;
    let taking: Promise<void> | undefined;
    const fail = (error: unknown): void => {
      hasFailed = true;
      body.removeAllListeners("data");
      discard(source, decoder);
      reject(error);
    };
    body.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) return fail(tooLarge(maxBytes));
      try {
        taking = take(chunk);
      } catch (error) {
        return fail(error);
      }
      if (!taking) return;
      body.pause();
      taking.then(() => {
        if (!hasFailed) body.resume();
      }, fail);
    });
    // A stream may say that it has ended while it is paused at its last chunk.
    body.once("end", () => resolve(taking));
    body.once("error", (cause) => {
      fail(
        decoder && source.errored === null
          ? new MeilisearchError("malformed_payload", "The payload is not in the encoding it claims.", { cause })
          : brokeOff(cause),
      );
    });
    source.once("close", () => {
      if (!source.readableEnded) fail(brokeOff());
    });
  });
}
