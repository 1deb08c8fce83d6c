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

/**
 * A request's body, decompressed. Keeps at most `maxBytes` and a few chunks, however much arrives or a small body unfolds to.
 * @throws MeilisearchError payload_too_large; invalid_content_type for an unknown encoding; malformed_payload for bytes that
 * are not of the encoding.
 */
export async function readBody(
  source: Readable,
  { encoding, length, maxBytes }: { encoding: string | undefined; length: number; maxBytes: number },
): Promise<Buffer> {
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
  const decoder = create?.();
  if (decoder) source.on("error", (error) => decoder.destroy(error)).pipe(decoder);
  return await collect(source, decoder, maxBytes);
}

function collect(source: Readable, decoder: Transform | undefined, maxBytes: number): Promise<Buffer> {
  const body = decoder ?? source;
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    const fail = (error: Error): void => {
      body.removeAllListeners("data");
      discard(source, decoder);
      reject(error);
    };
    body.on("data", (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) fail(tooLarge(maxBytes));
      else chunks.push(chunk);
    });
    body.once("end", () => resolve(Buffer.concat(chunks, size)));
    body.once("error", (cause) => {
      fail(
        decoder && source.errored === null
          ? new MeilisearchError("malformed_payload", "The payload is not in the encoding it claims.", { cause })
          : new MeilisearchError("bad_request", "The payload broke off.", { cause }),
      );
    });
    source.once("close", () => {
      if (!source.readableEnded) fail(new MeilisearchError("bad_request", "The payload broke off."));
    });
  });
}
