import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "@miroir/store-contract";
import { createEngine, type Engine, openDatabase, type Synchronous } from "@miroir/store-sqlite";
import type Database from "better-sqlite3";

const NEW_TASK = {
  indexUid: "movies",
  type: "documentAdditionOrUpdate",
  nodeTasks: { "node-1": { uid: 17, status: "succeeded" }, "node-2": { uid: 31, status: "succeeded" } },
  status: "succeeded",
  details: { receivedDocuments: 1000, indexedDocuments: 1000 },
} as const;

export interface Bed {
  path(name: string): string;
  open(name: string, synchronous: Synchronous): { readonly database: Database.Database; readonly engine: Engine };
  close(): void;
}

/** A folder of databases that goes when the measuring ends. */
export function createBed(): Bed {
  const folder = mkdtempSync(join(tmpdir(), "miroir-bench-"));
  const opened: Database.Database[] = [];
  const path = (name: string): string => join(folder, name);
  return {
    path,
    open(name, synchronous) {
      const database = openDatabase({ path: path(name), synchronous, clock: systemClock });
      opened.push(database);
      return { database, engine: createEngine(database, { clock: systemClock, onCorruptRow: () => {} }) };
    },
    close() {
      for (const database of opened) database.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export function addTasks(engine: Engine, count: number): void {
  const calls = Array.from({ length: 1000 }, (_, i) => ({
    part: "tasks" as const,
    method: "create",
    args: [{ ...NEW_TASK, indexUid: `index-${i % 10}` }, undefined],
  }));
  for (let added = 0; added < count; added += calls.length) engine.runGroup(calls);
}
