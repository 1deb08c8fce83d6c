import type { SettingKey } from "@miroir/meilisearch";
import type { TaskRow } from "@miroir/schema";
import type { Fence } from "@miroir/store-contract";
import type { SettingsLeases } from "./lease.ts";
import type { SettingsVersions } from "./versions.ts";

/** A change of settings while nodes are being told of it. */
export interface Proposal {
  readonly version: number;
  /** The task of the change is made under it, so that a gateway that lost its right in between makes none. */
  readonly fence: Fence;
  /** Notes the task that stands for the change. */
  adopt(task: TaskRow): Promise<void>;
}

/**
 * Does what tells nodes of a change of settings, while all gateways know that it may be on its way.
 * @param keys the settings that it is about; `null`: all, since it makes the index
 * @throws what `tell` throws, after which the nodes are set back; MeilisearchError miroir_settings_busy; StoreError
 */
export type Propose = <T>(
  physicalUid: string,
  keys: readonly SettingKey[] | null,
  tell: (proposal: Proposal) => Promise<T>,
) => Promise<T>;

export interface ProposeOptions {
  readonly leases: SettingsLeases;
  readonly versions: SettingsVersions;
  /** Called with an index of which some nodes may have a change that has no task. */
  readonly onAbandoned: (physicalUid: string) => void;
}

export function createPropose({ leases, versions, onAbandoned }: ProposeOptions): Propose {
  return (physicalUid, keys, tell) =>
    leases.run(physicalUid, async (held) => {
      const { fence, state } = held;
      const version = state.version + 1;
      const change = { version, keys: keys && [...keys] };
      const changes = (taskUid: number | null) => [...state.changes, { ...change, taskUid }];
      await held.save({
        ...{ ...state, phase: "propose", version, changes: changes(null) },
        // Nothing is agreed on of an index that is only now being made; an earlier one of the name is gone.
        agreed: keys === null ? null : state.agreed,
      });
      await versions.announce(physicalUid, { proposed: version }, { fence });
      try {
        return await tell({
          ...{ version, fence },
          adopt: ({ uid }) => held.save({ ...held.state, changes: changes(uid) }),
        });
      } catch (error) {
        onAbandoned(physicalUid);
        throw error;
      }
    });
}
