import { canonicalJson, type Settings } from "@miroir/meilisearch";
import type { IndexRow } from "@miroir/schema";
import { TOLD_MS } from "../hints/hints.ts";
import { INITIAL_NODE_SETTINGS } from "../settings/internal-settings.ts";
import type { RepairDeps } from "./deps.ts";
import { hasIndex, hasMarkerRule, isAllNoted, noteAll } from "./lost-indexes.ts";
import { ask, enqueue, isIdle, LostIndex, RepairFailure, untilDone } from "./node-tasks.ts";

/** Those of features that are off: a node neither shows nor takes them. */
const FEATURE_SETTINGS = new Set(["chat", "foreignKeys"]);
/** How long writes may be kept waiting for nodes to work off their queues. */
const DRAIN_MS = 3_000;
const DELETION_MS = 60_000;
/** A node shows a key of another service in part only. */
const HIDDEN_KEY = /"apiKey":"[^"]*XXX/;

export interface Between {
  readonly source: string;
  readonly target: string;
}

/** Whether both nodes have worked off what they were given for the index; until then their copies say nothing. Within its turn. */
export async function areIdle(
  { cluster }: RepairDeps,
  nodes: readonly string[],
  physicalUid: string,
): Promise<boolean> {
  const idle = await Promise.all(nodes.map((node) => isIdle(cluster, node, physicalUid, DRAIN_MS)));
  return !idle.includes(false);
}

/**
 * Gives a node the index, with primary key and settings, where these are not as on another node. What it has under another primary
 * key goes.
 *
 * @returns whether it was all there already. @throws RepairFailure, NodeFailure
 */
export async function matchIndex(deps: RepairDeps, row: IndexRow, { source, target }: Between): Promise<boolean> {
  const { cluster } = deps;
  const path = `/indexes/${row.physicalUid}`;
  const there = await ask(cluster, target, { method: "GET", path });
  if (there !== null && (JSON.parse(there) as { primaryKey: string | null }).primaryKey !== row.primaryKey) {
    if (await hasDocuments(deps, target, row.physicalUid)) {
      await noteAll(deps, target, row.physicalUid);
      await enqueue(cluster, target, { method: "DELETE", path });
    } else {
      const body = JSON.stringify({ primaryKey: row.primaryKey });
      await enqueue(cluster, target, { method: "PATCH", path, body });
    }
    return false;
  }
  if (there === null) {
    await tellOfLoss(deps, target, row.physicalUid);
    const body = JSON.stringify({ uid: row.physicalUid, primaryKey: row.primaryKey });
    await enqueue(cluster, target, { method: "POST", path: "/indexes", body });
  }
  return (await matchSettings(deps, row, { source, target })) && there !== null;
}

/**
 * To be done before a node gets an index again: it is then asked for it by every gateway that has not heard yet that its copies are gone,
 * and believed.
 *
 * @throws RepairFailure until all have heard, StoreError
 */
async function tellOfLoss(deps: RepairDeps, node: string, physicalUid: string): Promise<void> {
  const { hints, isAlone } = deps;
  if (!isAllNoted(deps, node, physicalUid)) await noteAll(deps, node, physicalUid);
  if (!isAlone() && hints.knownMs(node, physicalUid) < TOLD_MS)
    throw new RepairFailure(`not every gateway has heard yet that ${node} has lost the index ${physicalUid}`);
}

/**
 * Gives nodes an index of which each has lost its copies, as it is on any node that still has it; where none has, as it was in the
 * beginning, since its settings are kept nowhere else.
 *
 * @returns whether it was all there already. @throws RepairFailure, NodeFailure
 */
export async function recoverIndex(deps: RepairDeps, row: IndexRow, nodes: readonly string[]): Promise<boolean> {
  const { cluster, log } = deps;
  const { uid, physicalUid, primaryKey } = row;
  const others = cluster.nodeIds.filter((node) => !nodes.includes(node));
  const away = others.filter((node) => !cluster.isUsable(node));
  // Others first: these have lost copies, and may have had only the beginning of their settings back.
  for (const source of [...others, ...nodes]) {
    if (away.includes(source)) continue;
    if (!(await hasIndex(cluster, source, physicalUid))) continue;
    const targets = nodes.filter((node) => node !== source);
    return !(await Promise.all(targets.map((target) => matchIndex(deps, row, { source, target })))).includes(false);
  }
  if (away.length > 0) throw new RepairFailure(`${away} may have the index ${physicalUid}, and cannot be asked`);
  for (const node of nodes) await tellOfLoss(deps, node, physicalUid);
  log.error({ index: uid }, "no node has the index any more: it is made anew, and its settings have to be set again");
  for (const node of nodes) {
    await enqueue(cluster, node, {
      method: "POST",
      path: "/indexes",
      body: JSON.stringify({ uid: physicalUid, primaryKey }),
    });
    const path = `/indexes/${physicalUid}/settings`;
    await enqueue(cluster, node, { method: "PATCH", path, body: JSON.stringify(INITIAL_NODE_SETTINGS) });
  }
  return false;
}

async function hasDocuments({ cluster }: RepairDeps, node: string, physicalUid: string): Promise<boolean> {
  const text = await ask(cluster, node, { method: "GET", path: `/indexes/${physicalUid}/stats` });
  return (JSON.parse(text ?? "{}") as { numberOfDocuments?: number }).numberOfDocuments !== 0;
}

async function matchSettings(
  deps: RepairDeps,
  { physicalUid }: IndexRow,
  { source, target }: Between,
): Promise<boolean> {
  const { cluster, log } = deps;
  const path = `/indexes/${physicalUid}/settings`;
  const [wanted, present] = await Promise.all(
    [source, target].map((node) => ask(cluster, node, { method: "GET", path })),
  );
  if (wanted === null || wanted === undefined) throw new LostIndex(source, physicalUid);
  if (present && canonicalJson(present) === canonicalJson(wanted)) return true;
  const had = JSON.parse(present ?? "{}") as Partial<Settings>;
  // The hint may name only what the node missed since it lost all: once it has the marker's rule again, nothing would tell.
  if (!hasMarkerRule(JSON.stringify(had.filterableAttributes ?? []))) await tellOfLoss(deps, target, physicalUid);
  const { embedders, ...settings } = JSON.parse(wanted) as Settings;
  const isHidden = HIDDEN_KEY.test(wanted);
  if (isHidden) log.warn({ node: target, physicalUid }, "embedders with keys of other services have to be set again");
  const before = Object.keys(had.embedders ?? {});
  const gone = before.filter((name) => !Object.hasOwn(embedders, name)).map((name) => [name, null]);
  const known = Object.entries(settings).filter(([key]) => !FEATURE_SETTINGS.has(key));
  const patch = {
    ...Object.fromEntries(known),
    ...(!isHidden && { embedders: { ...embedders, ...Object.fromEntries(gone) } }),
  };
  await enqueue(cluster, target, { method: "PATCH", path, body: JSON.stringify(patch) });
  return false;
}

/** Deletes what a node has of an index that is gone. Within the turns of the names that it may have. */
export async function deleteIndex({ cluster }: RepairDeps, node: string, physicalUid: string): Promise<void> {
  const path = `/indexes/${physicalUid}`;
  if ((await ask(cluster, node, { method: "GET", path })) === null) return;
  await untilDone(cluster, node, [await enqueue(cluster, node, { method: "DELETE", path })], DELETION_MS);
}
