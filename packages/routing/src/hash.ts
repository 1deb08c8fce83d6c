import xxhash from "xxhash-wasm";

const { h64 } = await xxhash();

/** XXH64 with seed 0 over the UTF-8 bytes of `text`, as an unsigned 64-bit integer. */
export function xxh64(text: string): bigint {
  return h64(text);
}
