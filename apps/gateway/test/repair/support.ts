import { expect } from "vitest";
import { belongingTo, copyOn } from "../support/copies.ts";
import type { TestNode } from "../support/nodes.ts";
import type { Running } from "../support/running.ts";

const WITHIN = { timeout: 60_000, interval: 20 } as const;

/** Resolves once nothing waits for repair; fails when something still does after a while. */
export async function untilRepaired(gateway: Running): Promise<void> {
  const { hints } = gateway.context;
  const waiting = async () => {
    await hints.refresh();
    return hints.list().map(({ nodeId, indexUid, shards }) => `${nodeId} ${indexUid} ${shards}`);
  };
  await expect.poll(waiting, WITHIN).toEqual([]);
}

/** Holds every node to have what belongs on it of these documents, and nothing else. */
export async function expectCopies(
  gateway: Running,
  nodes: readonly TestNode[],
  indexUid: string,
  documents: readonly { readonly id: number }[],
): Promise<void> {
  const { placement } = gateway.context.cluster;
  for (const { address } of nodes)
    expect(await copyOn(address, indexUid), address).toEqual(belongingTo(placement, gateway.idOf(address), documents));
}

/** Makes a node as good as gone. @returns what brings it back. */
export function cutOff(node: TestNode | undefined): () => void {
  if (!node?.faults) throw new Error("only development nodes can be cut off");
  return node.faults.add({ refuse: true });
}
