const BLOCK_BITS = 14;
const BLOCK = 2 ** BLOCK_BITS;

/** Whole numbers below 2^32, four bytes each: a body of 100 MB may hold millions of documents. */
export interface NumberList {
  readonly length: number;
  push(value: number): void;
  /** @throws RangeError beyond the end */
  at(position: number): number;
}

export function createNumberList(values: Iterable<number> = []): NumberList {
  const blocks: Uint32Array[] = [];
  let length = 0;
  const list: NumberList = {
    get length() {
      return length;
    },
    push(value) {
      const within = length % BLOCK;
      if (within === 0) blocks.push(new Uint32Array(BLOCK));
      (blocks.at(-1) as Uint32Array)[within] = value;
      length++;
    },
    at(position) {
      if (position >= length) throw new RangeError(`there are ${length} numbers, and none at ${position}`);
      return blocks[position >> BLOCK_BITS]?.[position % BLOCK] as number;
    },
  };
  for (const value of values) list.push(value);
  return list;
}
