import { randomUUID } from "node:crypto";
import { close, closeSync, openSync, read, unlinkSync, write } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { MeilisearchError } from "@miroir/meilisearch";
import { createNumberList, type NumberList } from "./number-list.ts";

/** More than this goes to the disk. */
const IN_MEMORY_BYTES = 2 ** 20;
const FIRST_BLOCK_BYTES = 2 ** 12;
const BLOCK_BYTES = 2 ** 18;
/** Of UTF-8, for one unit of a string. */
const MAX_BYTES_PER_CHARACTER = 3;

const readAt = promisify(read);
const writeAt = promisify(write);
const closeFile = promisify(close);

/** Whole documents, one behind the other with nothing between them. */
interface SpoolBlock {
  readonly bytes: Buffer;
  /** Position of its first document among all. */
  readonly first: number;
  readonly count: number;
}

/** The documents of one request, in order, between the last byte of its body and the answers of the nodes. */
export interface Spool {
  /** Bytes of each document. */
  readonly lengths: NumberList;
  readonly isOnDisk: boolean;
  append(document: string): void;
  /**
   * Writes what has gathered, when that is enough to be worth it; nothing may be appended meanwhile.
   * @throws MeilisearchError no_space_left_on_device
   */
  settle(): Promise<void> | undefined;
  /** All documents; by several readers at once, and as often as wanted, once nothing is appended any more. */
  blocks(): AsyncIterable<SpoolBlock>;
  /** The same, as text, one by one. */
  documents(): AsyncIterable<string>;
  /** Lets go of memory and disk. */
  close(): Promise<void>;
}

/** A file without a name: whatever becomes of this process, nothing of it stays behind. */
function openNameless(folder: string): number {
  const path = join(folder, `.miroir-spool-${randomUUID()}`);
  const file = openSync(path, "wx+", 0o600);
  try {
    unlinkSync(path);
    return file;
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

async function writeWhole(file: number, bytes: Buffer, position: number): Promise<void> {
  try {
    for (let done = 0; done < bytes.length; )
      done += (await writeAt(file, bytes, done, bytes.length - done, position + done)).bytesWritten;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOSPC") throw cause;
    throw new MeilisearchError("no_space_left_on_device", "No space is left on the gateway's disk for the documents.", {
      cause,
    });
  }
}

async function readWhole(file: number, length: number, position: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(length);
  for (let done = 0; done < length; ) {
    const { bytesRead } = await readAt(file, bytes, done, length - done, position + done);
    if (bytesRead === 0) throw new Error("the spool is shorter than what was written to it");
    done += bytesRead;
  }
  return bytes;
}

/** Keeps documents in memory while they are few, and in a file in `folder` once they are not. */
export function createSpool(folder: string): Spool {
  const lengths = createNumberList();
  /** Of every block but the one that is filled: how many documents and bytes it has, and the bytes while they are in memory. */
  const filled: { readonly count: number; readonly length: number; readonly bytes: Buffer | null }[] = [];
  let block = Buffer.alloc(0);
  let used = 0;
  let count = 0;
  /** Bytes in filled blocks that are in memory, and in the file. */
  let gathered = 0;
  let written = 0;
  let file: number | null = null;
  let isClosed = false;
  /** Reads and writes under way. A file that is closed under them may have become another one's. */
  const underWay = new Set<Promise<unknown>>();

  async function track<T>(work: Promise<T>): Promise<T> {
    underWay.add(work);
    try {
      return await work;
    } finally {
      underWay.delete(work);
    }
  }

  function endBlock(nextBytes: number): void {
    if (count > 0) filled.push({ count, length: used, bytes: block.subarray(0, used) });
    gathered += used;
    block = Buffer.allocUnsafe(nextBytes);
    used = 0;
    count = 0;
  }

  async function toDisk(): Promise<void> {
    endBlock(BLOCK_BYTES);
    file ??= openNameless(folder);
    for (const [i, { count, length, bytes }] of filled.entries()) {
      if (bytes === null) continue;
      await writeWhole(file, bytes, written);
      written += length;
      filled[i] = { count, length, bytes: null };
    }
    gathered = 0;
  }

  const spool: Spool = {
    lengths,
    get isOnDisk() {
      return file !== null;
    },
    append(document) {
      const most = document.length * MAX_BYTES_PER_CHARACTER;
      if (block.length - used < most) {
        const next = Math.min(Math.max(block.length * 2, FIRST_BLOCK_BYTES), BLOCK_BYTES);
        endBlock(most > next ? Buffer.byteLength(document) : next);
      }
      const length = block.write(document, used);
      used += length;
      count++;
      lengths.push(length);
    },
    settle() {
      const limit = file === null ? IN_MEMORY_BYTES : BLOCK_BYTES;
      return gathered + used > limit ? track(toDisk()) : undefined;
    },
    async *blocks() {
      let first = 0;
      let position = 0;
      const last = { count, length: used, bytes: block.subarray(0, used) };
      for (const { count, length, bytes } of [...filled, last]) {
        if (bytes !== null) yield { first, count, bytes };
        else if (file !== null && !isClosed)
          yield { first, count, bytes: await track(readWhole(file, length, position)) };
        first += count;
        position += length;
      }
    },
    async *documents() {
      for await (const { bytes, first, count } of spool.blocks()) {
        let from = 0;
        for (let position = first; position < first + count; position++) {
          const end = from + lengths.at(position);
          yield bytes.toString("utf8", from, end);
          from = end;
        }
      }
    },
    async close() {
      if (isClosed) return;
      isClosed = true;
      await Promise.allSettled(underWay);
      filled.length = 0;
      block = Buffer.alloc(0);
      if (file !== null) await closeFile(file);
    },
  };
  return spool;
}
