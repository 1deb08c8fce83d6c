import type { WriteHintRow } from "@miroir/schema";
import type { WriteHints } from "../src/beside/write-hints.ts";
import { notedHint, settledHint } from "../src/rules/write-hint.ts";
import { type Model, pageOf, refuse, type Sync } from "./model.ts";

export function createWriteHints({ tables: { writeHints }, now, next }: Model): Sync<WriteHints> {
  const deleteSome = (matches: (row: WriteHintRow) => boolean, limit: number): number => {
    const gone = writeHints.all().filter(matches).slice(0, limit);
    for (const row of gone) writeHints.delete(row);
    return gone.length;
  };
  return {
    note(nodeId, indexUid, shards) {
      const version = next("write_hints") + 1;
      const noted = notedHint(writeHints.get(nodeId, indexUid), { nodeId, indexUid }, shards, version, now());
      writeHints.set(noted);
      return noted;
    },
    get: (nodeId, indexUid) => writeHints.get(nodeId, indexUid),
    list: (page) => pageOf(writeHints.all(), page, ["string", "string"], (row) => [row.nodeId, row.indexUid]),
    settle(nodeId, indexUid, version, shards) {
      const row = writeHints.get(nodeId, indexUid);
      if (row === null) return null;
      if (row.version !== version) {
        throw refuse("version_conflict", "writeHints", "settle", [nodeId, indexUid], `it is in version ${row.version}`);
      }
      const settled = settledHint(row, shards, now());
      if (settled === null) writeHints.delete(row);
      else if (settled !== row) writeHints.set(settled);
      return settled;
    },
    deleteByIndex: (indexUid, limit) => deleteSome((row) => row.indexUid === indexUid, limit),
    deleteByNode: (nodeId, limit) => deleteSome((row) => row.nodeId === nodeId, limit),
  };
}
