import { randomUUID } from "node:crypto";
import type { Clock, Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import type { Hints } from "../hints/hints.ts";
import { createSettingsTasks, type SettingsTasks } from "./follow-task.ts";
import { createSettingsLeases } from "./lease.ts";
import { createPropose, type Propose } from "./propose.ts";
import { createSettler, type Settler } from "./settle.ts";
import { createSettingsVersions, type SettingsVersions } from "./versions.ts";

/**
 * What keeps the settings of an index the same on all nodes. A change is **proposed** to every node, like any write; once all have done
 * it, it is **verified** by reading the settings back, and **committed** by raising the version of each node. All of it happens under a
 * lease of the index, which keeps how far it is.
 */
export interface IndexSettings {
  readonly versions: SettingsVersions;
  readonly propose: Propose;
  readonly settler: Settler;
  readonly tasks: SettingsTasks;
  /** Says who is told of an index of which some nodes may have a change that has no task. */
  onAbandoned(listener: (physicalUid: string) => void): void;
  close(): void;
}

export interface IndexSettingsOptions {
  readonly store: Store;
  readonly cluster: Cluster;
  readonly hints: Hints;
  readonly clock: Clock;
  readonly log: Logger;
  /** How often a node that differs is told again. */
  readonly tries: number;
}

export function createIndexSettings({ store, clock, log, ...options }: IndexSettingsOptions): IndexSettings {
  const leases = createSettingsLeases(store, randomUUID());
  const versions = createSettingsVersions(store, clock);
  const settler = createSettler({ store, leases, versions, log, ...options });
  let tell: (physicalUid: string) => void = () => undefined;
  return {
    versions,
    settler,
    propose: createPropose({ leases, versions, onAbandoned: (physicalUid) => tell(physicalUid) }),
    tasks: createSettingsTasks(settler, log),
    onAbandoned(listener) {
      tell = listener;
    },
    close() {
      settler.close();
      versions.close();
    },
  };
}
