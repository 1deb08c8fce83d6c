/** Field of every stored document that names its shard, written with {@link encodeMarker} in {@link SHARD_WIDTH} digits. */
export const SHARD_FIELD = "_miroir_shard";
/** Field of every stored document that holds its place in the insertion order, in {@link SEQUENCE_WIDTH} digits. */
export const SEQUENCE_FIELD = "_miroir_seq";
/** Clients may not write, filter or sort on fields that begin with this. */
export const RESERVED_PREFIX = "_miroir_";
/** Hex digits of a shard number: 65,536 shards. */
export const SHARD_WIDTH = 4;
/** Hex digits of a sequence: 2^48 insertions per index, still exact in a JavaScript number. */
export const SEQUENCE_WIDTH = 12;

// Sixteen brackets in a row that the engine's tokenizer treats as separators: a text made of them alone yields no word,
// so no query finds it and no score moves, while filters still compare the whole string.
const FIRST_DIGIT = 0x2983;
const MARKER_CHARACTER = /[\u2983-\u2992]/;

/**
 * Writes `value` in hex, each digit d as the character U+2983+d, padded to `width` digits: 17 in four is `⦃⦃⦄⦄`.
 * With one width, the order of the UTF-8 bytes (and of JavaScript strings) is the order of the numbers.
 *
 * @throws RangeError when `value` is not a non-negative safe integer that fits in `width` digits
 */
export function encodeMarker(value: number, width: number): string {
  if (!Number.isSafeInteger(value) || value < 0) throw new RangeError(`cannot write ${value} as a marker`);
  let text = "";
  let rest = value;
  for (let digit = 0; digit < width; digit++) {
    // Division, not shifts: a sequence has more than 32 bits.
    const higher = Math.floor(rest / 16);
    text = String.fromCharCode(FIRST_DIGIT + rest - higher * 16) + text;
    rest = higher;
  }
  if (rest > 0) throw new RangeError(`${value} does not fit in ${width} marker digits`);
  return text;
}

/** The number a marker stands for, or `undefined` when `text` is not made of marker digits alone or is too long to be exact. */
export function decodeMarker(text: string): number | undefined {
  if (text.length === 0) return undefined;
  let value = 0;
  for (let index = 0; index < text.length; index++) {
    const digit = text.charCodeAt(index) - FIRST_DIGIT;
    if (digit < 0 || digit > 15) return undefined;
    value = value * 16 + digit;
  }
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The shard marker of a document: {@link encodeMarker} in {@link SHARD_WIDTH} digits. */
export function shardMarker(shard: number): string {
  return encodeMarker(shard, SHARD_WIDTH);
}

/** The sequence of a document: {@link encodeMarker} in {@link SEQUENCE_WIDTH} digits. */
export function sequenceMarker(sequence: number): string {
  return encodeMarker(sequence, SEQUENCE_WIDTH);
}

/**
 * Whether a text holds one of the sixteen marker characters. `nonSeparatorTokens` and `dictionary` entries that do would
 * make the markers searchable, and have to be refused.
 */
export function hasMarkerCharacter(text: string): boolean {
  return MARKER_CHARACTER.test(text);
}

/**
 * The filter that keeps the documents of `shards`. The quotes are needed: the engine's filter grammar refuses the bare
 * characters.
 *
 * @throws RangeError for an empty list: no filter expresses "nothing", and leaving it out would mean "everything"
 */
export function markerFilter(shards: readonly number[]): string {
  if (shards.length === 0) throw new RangeError("a marker filter needs at least one shard");
  const values = shards.map((shard) => `"${shardMarker(shard)}"`);
  return values.length === 1 ? `${SHARD_FIELD} = ${values[0]}` : `${SHARD_FIELD} IN [${values.join(", ")}]`;
}
