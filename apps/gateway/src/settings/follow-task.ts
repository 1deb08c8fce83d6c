import { MeilisearchError, type SettingsPatch } from "@miroir/meilisearch";
import type { TaskRow } from "@miroir/schema";
import type { Logger } from "pino";
import { hiddenOf, indexOf, shownDetails } from "../tasks/hidden-details.ts";
import type { Outcome } from "../tasks/outcome.ts";
import type { Settled, Settler } from "./settle.ts";

type Ended = Extract<Outcome, { kind: "ended" }>;

/** Holds the end of a task that changed settings back until the nodes were found to agree, or not to. */
export interface SettingsTasks {
  /**
   * What the task ends with; `null` while that is being found out, after which `wake` is called.
   * @param succeeded the nodes that did the task
   */
  endOf(row: TaskRow, outcome: Ended, succeeded: ReadonlySet<string>, wake: () => void): Ended | null;
}

export function createSettingsTasks(settler: Settler, log: Logger): SettingsTasks {
  const running = new Map<number, { settled: Settled | null }>();

  function begin(row: TaskRow, outcome: Ended, succeeded: ReadonlySet<string>, wake: () => void): void {
    const version = Number(hiddenOf(row)?.settingsVersion);
    const physicalUid = indexOf(row)?.physicalUid ?? "";
    const isChange = row.type === "settingsUpdate";
    const isTaken = isChange && outcome.transition.status === "succeeded";
    const others = Object.keys(row.nodeTasks).filter((node) => !succeeded.has(node));
    const run: { settled: Settled | null } = { settled: null };
    running.set(row.uid, run);
    const ended = {
      version,
      patch: isTaken ? ((shownDetails(row) ?? {}) as SettingsPatch) : {},
      // Nodes that refused it have what was before.
      voters: isTaken || !isChange ? succeeded : new Set(others),
    };
    settler.settle(physicalUid, ended).then(
      (settled) => {
        run.settled = settled;
        wake();
      },
      (error) => {
        running.delete(row.uid);
        if ((error as Error).name === "AbortError") return;
        log.warn({ err: error, task: row.uid }, "settings could not be verified; it is tried again");
      },
    );
  }

  return {
    endOf(row, outcome, succeeded, wake) {
      if (hiddenOf(row)?.settingsVersion === undefined) return outcome;
      const run = running.get(row.uid);
      if (!run) begin(row, outcome, succeeded, wake);
      if (!run?.settled) return null;
      running.delete(row.uid);
      const { transition } = outcome;
      const isBroken = run.settled === "diverged" && row.type === "settingsUpdate" && transition.status === "succeeded";
      return isBroken ? { ...outcome, transition: { ...transition, status: "failed", error: diverged() } } : outcome;
    },
  };
}

const diverged = () =>
  new MeilisearchError(
    "miroir_settings_diverged",
    "Some nodes have not taken the settings that the others have. They are told again until they do; meanwhile the index takes no documents.",
  ).toJSON();
