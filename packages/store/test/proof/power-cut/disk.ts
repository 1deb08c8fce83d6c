import type { Random } from "../random.ts";
import type { TracedFile, TracedOperation } from "./trace.ts";

type Change = Exclude<TracedOperation, { kind: "sync" }>;

interface File {
  /** What is on the disk for certain, and how much of it. */
  kept: Buffer;
  size: number;
  /** What was changed since, in order. */
  pending: Change[];
  /** Whether its name in the folder is on the disk for certain. */
  isNamed: boolean;
}

/** What a disk holds after the power went: a file's bytes, `null` where there is no such file. */
export interface Remains {
  readonly database: Buffer | null;
  readonly log: Buffer | null;
}

const SECTORS = [512, 4096] as const;
type DiskFile = "database" | "log";
const isDiskFile = (file: TracedFile): file is DiskFile => file === "database" || file === "log";

function apply(file: Pick<File, "kept" | "size">, change: Change): void {
  if (change.kind === "truncate") {
    // What is beyond the end comes back as zeros when the file grows again.
    if (change.size < file.size) file.kept.fill(0, change.size, file.size);
    file.size = change.size;
    return;
  }
  const end = change.offset + change.data.length;
  if (end > file.kept.length) {
    const larger = Buffer.alloc(end * 2);
    file.kept.copy(larger, 0, 0, file.size);
    file.kept = larger;
  }
  change.data.copy(file.kept, change.offset);
  file.size = Math.max(file.size, end);
}

/** A write cut at the borders of sectors. */
function* sectorsOf(change: Change, sector: number): Generator<Change> {
  if (change.kind === "truncate") {
    yield change;
    return;
  }
  const { file, data } = change;
  for (let at = 0; at < data.length; ) {
    const offset = change.offset + at;
    const length = Math.min(data.length - at, sector - (offset % sector));
    yield { kind: "write", file, offset, data: data.subarray(at, at + length) };
    at += length;
  }
}

/**
 * A disk that keeps what was synced, and of the rest what it happened to write: a model of what may be left after a power cut. A sync
 * of a file makes all its changes certain, one of the folder the names in it. It takes a sector to be written whole or not at all, and
 * a write not to harm the bytes beside it in its sector (SQLite's "powersafe overwrite", on unless told).
 */
export function createDisk() {
  const files: Readonly<Record<DiskFile, File>> = {
    database: { kept: Buffer.alloc(0), size: 0, pending: [], isNamed: false },
    log: { kept: Buffer.alloc(0), size: 0, pending: [], isNamed: false },
  };
  const exists = (file: File): boolean => file.isNamed || file.size > 0 || file.pending.length > 0;
  const bytes = ({ kept, size }: Pick<File, "kept" | "size">): Buffer => Buffer.from(kept.subarray(0, size));

  function remains(of: (file: File) => Buffer | null): Remains {
    return { database: of(files.database), log: of(files.log) };
  }

  return {
    run(operation: TracedOperation): void {
      if (operation.file === "folder") {
        // The database's file is made before anything is written to it.
        files.database.isNamed = true;
        files.log.isNamed ||= exists(files.log);
      } else if (isDiskFile(operation.file)) {
        const file = files[operation.file];
        if (operation.kind !== "sync") {
          file.pending.push(operation);
          return;
        }
        for (const change of file.pending) apply(file, change);
        file.pending = [];
      }
    },
    /** Nothing but what is certain. */
    synced: (): Remains => remains((file) => (file.isNamed ? bytes(file) : null)),
    /** All that was written: what a program sees while the power is on. */
    written: (): Remains =>
      remains((file) => {
        const copy = { kept: Buffer.from(file.kept), size: file.size };
        for (const change of file.pending) apply(copy, change);
        return exists(file) ? bytes(copy) : null;
      }),
    /** What is certain, and some of the other sectors, in whichever order the disk wrote them. */
    scattered(random: Random): Remains {
      const probability = [0.1, 0.5, 0.9][random.below(3)] ?? 0.5;
      const sector = SECTORS[random.below(SECTORS.length)] ?? 512;
      return remains((file) => {
        if (!file.isNamed && random.chance(0.5)) return null;
        const copy = { kept: Buffer.from(file.kept), size: file.size };
        for (const change of file.pending) {
          for (const part of sectorsOf(change, sector)) if (random.chance(probability)) apply(copy, part);
        }
        return bytes(copy);
      });
    },
  };
}
