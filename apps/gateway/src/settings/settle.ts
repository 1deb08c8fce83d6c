import { setTimeout as sleep } from "node:timers/promises";
import type { SettingsPatch } from "@miroir/meilisearch";
import { isFinished, type Store } from "@miroir/store-contract";
import type { Logger } from "pino";
import type { Cluster } from "../cluster/cluster.ts";
import type { Hints } from "../hints/hints.ts";
import { hiddenOf, indexOf } from "../tasks/hidden-details.ts";
import { type Agreement, judgeAgreement } from "./agreement.ts";
import type { HeldLease, SettingsLeases } from "./lease.ts";
import { createRepairs, seeNodes } from "./nodes.ts";
import type { Change, SettingsState } from "./state.ts";
import type { SettingsVersions } from "./versions.ts";

/** A change whose node tasks have ended. */
interface EndedChange {
  readonly version: number;
  /** What was asked for, where the nodes took it; nothing where they did not, and have to be set back. */
  readonly patch: SettingsPatch;
  /** The nodes that know best what it has come to. */
  readonly voters: ReadonlySet<string>;
}

/** `agreed`: all nodes that are not out have the same; `diverged`: some do not take it; `waiting`: a change is on its way. */
export type Settled = "agreed" | "diverged" | "waiting";

/** Brings the nodes of an index to the same settings. */
export interface Settler {
  /**
   * Reads the settings of an index back from its nodes, tells those that differ again until all agree or the tries are spent, and
   * records what they agreed on. Whoever does it, and however often, the outcome is the same.
   * @param ended the change that is to be verified; `null`: whatever was agreed on last
   * @param onFirst told which nodes differed at first
   * @throws StoreError; AbortError once closed
   */
  settle(
    physicalUid: string,
    ended: EndedChange | null,
    onFirst?: (diverging: readonly string[]) => void,
  ): Promise<Settled>;
  /** The digests that were agreed on, as far as this gateway has seen them. */
  agreedOn(physicalUid: string): NonNullable<SettingsState["agreed"]> | undefined;
  close(): void;
}

export interface SettlerOptions {
  readonly store: Pick<Store, "tasks">;
  readonly cluster: Cluster;
  readonly hints: Hints;
  readonly leases: SettingsLeases;
  readonly versions: SettingsVersions;
  readonly log: Logger;
  /** How often a node that differs is told again. */
  readonly tries: number;
}

const FIRST_PAUSE_MS = 50;
const MAX_PAUSE_MS = 2_000;
const PAGE = 500;

type Attempt =
  | { readonly kind: "agreed" | "waiting" }
  | { readonly kind: "diverging"; readonly nodes: readonly string[] };
type Step = "look" | "repair" | "give up";

export function createSettler(options: SettlerOptions): Settler {
  const { store, cluster, leases, versions, log, tries } = options;
  const repairs = createRepairs(cluster, log);
  const agreed = new Map<string, NonNullable<SettingsState["agreed"]>>();
  const closing = new AbortController();

  async function isUnderWay({ version, keys, taskUid }: Change, physicalUid: string): Promise<boolean> {
    if (taskUid !== null) {
      const task = await store.tasks.get(taskUid);
      return task !== null && !isFinished(task.status);
    }
    // What makes an index asks for nothing that could be lost.
    if (keys === null) return false;
    // Its gateway may have ended between making the task and noting it.
    let cursor: string | undefined;
    do {
      const page = await store.tasks.listUnfinished({ limit: PAGE, cursor });
      for (const row of page.items)
        if (hiddenOf(row)?.settingsVersion === version && indexOf(row)?.physicalUid === physicalUid) return true;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
    return false;
  }

  async function othersOf(state: SettingsState, physicalUid: string, ended: EndedChange | null): Promise<Change[]> {
    const others: Change[] = [];
    for (const change of state.changes)
      if (change.version !== ended?.version && (await isUnderWay(change, physicalUid))) others.push(change);
    return others;
  }

  /** The end of the phase `commit`, which another holder may have begun. */
  async function raise({ state, fence, save }: HeldLease, physicalUid: string): Promise<void> {
    const version = state.agreed?.version ?? 0;
    for (const node of state.agreeing) await versions.advance(physicalUid, node, version, { fence });
    const { freezes } = state;
    await versions.announce(physicalUid, { proposed: state.version, settled: version, freezes }, { fence });
    const phase = state.changes.length > 0 ? "propose" : freezes % 2 === 1 ? "diverged" : "settled";
    await save({ ...state, phase, agreeing: [] });
  }

  async function commit(
    held: HeldLease,
    physicalUid: string,
    { version, changes, agreement }: { version: number; changes: Change[]; agreement: Agreement },
    agreeing: readonly string[],
  ): Promise<void> {
    const { state } = held;
    const isFrozen = agreement.diverging.size > 0;
    const freezes = state.freezes + Number((state.freezes % 2 === 1) !== isFrozen);
    const next = { version, hashes: { ...agreement.hashes } };
    await held.save({
      ...{ phase: "commit", version: Math.max(state.version, version), changes, agreed: next, freezes },
      agreeing: [...agreeing],
    });
    await raise(held, physicalUid);
    agreed.set(physicalUid, next);
    // Whoever freezes an index has to count it.
    await versions.of(physicalUid);
    if (freezes !== state.freezes)
      log[isFrozen ? "error" : "info"](
        { index: physicalUid, nodes: [...agreement.diverging.keys()] },
        isFrozen
          ? "nodes do not take the settings: the index takes no writes"
          : "the nodes agree on the settings again",
      );
  }

  const attempt = (physicalUid: string, ended: EndedChange | null, step: Step): Promise<Attempt> =>
    leases.run(physicalUid, async (held): Promise<Attempt> => {
      if (held.state.phase === "commit") await raise(held, physicalUid);
      const { state } = held;
      const others = await othersOf(state, physicalUid, ended);
      if (others.some(({ version }) => ended === null || version < ended.version)) return { kind: "waiting" };
      const { seen, without } = await seeNodes(options, physicalUid);
      // It is gone, or nobody answers.
      if (seen.length === 0) return { kind: without.length > 0 ? "agreed" : "waiting" };
      const agreement = judgeAgreement({
        seen,
        agreed: state.agreed?.hashes ?? null,
        patch: ended?.patch ?? {},
        voters: ended?.voters ?? new Set(),
        excluded: new Set(others.flatMap(({ keys }) => keys ?? [])),
      });
      const { diverging, adopted } = agreement;
      if (diverging.size + without.length > 0 && step !== "give up") {
        if (state.phase !== "verify") await held.save({ ...state, phase: "verify" });
        if (step === "repair" && (await repairs.send(physicalUid, diverging)) === "under_way")
          return { kind: "waiting" };
        return { kind: "diverging", nodes: [...diverging.keys(), ...without] };
      }
      if (adopted.length > 0)
        log.warn(
          { index: physicalUid, settings: adopted },
          "settings were changed on all nodes behind the gateway's back",
        );
      const known = Math.max(state.agreed?.version ?? 0, ended?.version ?? Math.max(1, state.version));
      const version = adopted.length > 0 && ended === null ? known + 1 : known;
      const agreeing = seen.map(({ node }) => node).filter((node) => !diverging.has(node));
      await commit(held, physicalUid, { version, changes: others, agreement }, agreeing);
      return diverging.size === 0 ? { kind: "agreed" } : { kind: "diverging", nodes: [...diverging.keys()] };
    });

  return {
    agreedOn: (physicalUid) => agreed.get(physicalUid),
    close: () => closing.abort(),
    async settle(physicalUid, ended, onFirst) {
      let pauseMs = FIRST_PAUSE_MS;
      for (let told = 0; ; ) {
        closing.signal.throwIfAborted();
        // The first time they are only looked at: a node may need a moment more.
        const step = told === 0 ? "look" : told <= tries ? "repair" : "give up";
        const result = await attempt(physicalUid, ended, step);
        if (result.kind === "agreed") return "agreed";
        if (result.kind === "waiting" && ended === null) return "waiting";
        if (result.kind === "diverging") {
          if (step === "look") onFirst?.(result.nodes);
          if (step === "give up") return "diverged";
          told++;
        }
        await sleep(pauseMs, undefined, { signal: closing.signal });
        pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
      }
    },
  };
}
