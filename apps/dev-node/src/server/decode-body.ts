import { promisify } from "node:util";
import { brotliDecompress, gunzip, inflate, zstdDecompress } from "node:zlib";
import { MeilisearchError } from "@miroir/meilisearch";

const decoders = {
  gzip: promisify(gunzip),
  deflate: promisify(inflate),
  br: promisify(brotliDecompress),
  zstd: promisify(zstdDecompress),
};

/**
 * Undoes the Content-Encoding of a request's body; one that is not known is left as it is, as on a node.
 * Rejects with MeilisearchError: bad_request for what cannot be decoded, payload_too_large past `maxBytes`.
 */
export async function decodeBody(body: Buffer, encoding: string | undefined, maxBytes: number): Promise<Buffer> {
  const name = encoding?.trim().toLowerCase() ?? "";
  if (!Object.hasOwn(decoders, name)) return body;
  try {
    return await decoders[name as keyof typeof decoders](body, { maxOutputLength: maxBytes });
  } catch (cause) {
    throw (cause as NodeJS.ErrnoException).code === "ERR_BUFFER_TOO_LARGE"
      ? new MeilisearchError("payload_too_large", "The provided payload is too large.", { cause })
      : new MeilisearchError("bad_request", `Error that occur during reading payload: ${String(cause)}`, { cause });
  }
}
