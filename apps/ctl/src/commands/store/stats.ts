import { statSync } from "node:fs";
import type { Outcome, Surroundings } from "../../outcome.ts";
import { columns } from "../../output.ts";
import type { NamedStore } from "./store-url.ts";
import { withStore } from "./with-store.ts";

const nonZero = (counts: Readonly<Record<string, number>>) => Object.entries(counts).filter(([, count]) => count > 0);

/** What a store holds. */
export const stats = (named: NamedStore, surroundings: Surroundings): Promise<Outcome> =>
  withStore(named, surroundings, {}, async (store) => {
    const { settings, label } = named;
    const [rows, tasks, jobs, schemaVersion] = await Promise.all([
      store.sizes(),
      store.tasks.countByStatus(),
      store.jobs.counts(),
      store.schemaVersion(),
    ]);
    const bytes = settings.backend === "sqlite" ? statSync(settings.path).size : null;
    const text = columns([
      ["store", label],
      ["schema version", String(schemaVersion)],
      ...(bytes === null ? [] : [["file", `${bytes} bytes`]]),
      ...nonZero(rows).map(([table, count]) => [table, count]),
      ...nonZero(tasks).map(([status, count]) => [`tasks ${status}`, count]),
      ...nonZero(jobs.byState).map(([state, count]) => [`jobs ${state}`, count]),
    ]);
    return {
      json: { store: label, backend: store.backend, schemaVersion, bytes, rows, tasks, jobs },
      text,
      problems: [],
    };
  });
