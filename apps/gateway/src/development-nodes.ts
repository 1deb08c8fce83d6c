import type { Config } from "@miroir/config";
import { DEVELOPMENT_NODES } from "@miroir/config";
import { createDevNode } from "@miroir/dev-node";
import type { Store } from "@miroir/store-contract";

export interface DevelopmentNodes {
  readonly nodes: Config["nodes"];
  close(): Promise<void>;
}

/** Starts nodes inside this process, on free ports. They keep documents in memory, so these are gone when it ends. */
export async function startDevelopmentNodes(nodeKey: string | null): Promise<DevelopmentNodes> {
  const started = Array.from({ length: DEVELOPMENT_NODES }, () =>
    createDevNode(nodeKey === null ? {} : { masterKey: nodeKey }),
  );
  const addresses = await Promise.all(started.map((node) => node.listen()));
  return {
    nodes: addresses.map((address, i) => ({ id: `development-${i}`, address, replicaGroup: 0 })),
    async close() {
      await Promise.all(started.map((node) => node.close()));
    },
  };
}

/** Takes the indexes of an earlier run out of the store: the nodes that held them are gone. @returns how many there were. */
export async function forgetIndexes({ indexes }: Store): Promise<number> {
  let forgotten = 0;
  for (;;) {
    const { items } = await indexes.list({ limit: 100 });
    if (items.length === 0) return forgotten;
    for (const { uid } of items) await indexes.delete(uid);
    forgotten += items.length;
  }
}

/** The store file of development nodes: beside the configured one, so that trying the gateway out cannot harm a real one's. */
export function developmentPath(path: string): string {
  return path.replace(/(\.\w+)?$/, ".development$1");
}
