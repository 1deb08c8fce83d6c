import { setTimeout as sleep } from "node:timers/promises";
import type { Stage, StageGateway } from "./stage.ts";

const PROBE_PAUSE_MS = 20;

/** What stands before gateways and sends each request to one that says it is ready, as a load balancer does. */
export interface Balancer {
  /** The stage as its clients see it: with one gateway, which is always there. */
  readonly stage: Stage;
  isReady(gateway: StageGateway): boolean;
  close(): Promise<void>;
}

export function startBalancer(stage: Stage): Balancer {
  const ready = new Set(stage.gateways);
  let isClosed = false;
  let asked = 0;

  async function probe(gateway: StageGateway): Promise<void> {
    while (!isClosed) {
      const answer = await gateway.ask("GET", "/_miroir/ready").catch(() => null);
      if (answer?.status === 200) ready.add(gateway);
      else ready.delete(gateway);
      await sleep(PROBE_PAUSE_MS);
    }
  }
  const probing = stage.gateways.map(probe);
  const [first] = stage.gateways;
  if (!first) throw new RangeError("a stage needs a gateway");
  const balanced: StageGateway = {
    ...first,
    ask: (...args) => {
      const all = [...ready];
      const next = all[asked++ % all.length];
      return next ? next.ask(...args) : Promise.reject(new Error("no gateway is ready"));
    },
  };
  return {
    stage: { ...stage, gateways: [balanced] },
    isReady: (gateway) => ready.has(gateway),
    async close() {
      isClosed = true;
      await Promise.all(probing);
    },
  };
}
