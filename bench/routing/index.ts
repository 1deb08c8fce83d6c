import { atMost, type Goal, type Measurement, report } from "../goals.ts";
import type { MeasuredVariant } from "../measure.ts";
import { measureMerging } from "./merging.ts";
import { type Movement, measureMovement } from "./movement.ts";
import { measureRouting } from "./routing.ts";

const ROUTING_GOAL_MS = 2;

/** Measures routing, merging and movement, and prints them with their goals, or as JSON. */
export async function run({ json }: { json: boolean }): Promise<void> {
  const routing = await measureRouting();
  const merging = await measureMerging();
  const movement = [3, 5, 9].map((nodes) => measureMovement(nodes));
  report([ofRouting(routing), ...ofMerging(merging), ...movement.map(ofMovement)], { json });
}

function ofRouting(variants: MeasuredVariant[]): Measurement {
  const call = variants[0]?.callMs ?? { median: Number.NaN, min: Number.NaN, max: Number.NaN };
  const [median, min, max] = [call.median, call.min, call.max].map((ms) => ms.toFixed(2));
  return {
    title: "Routing 10,000 documents to 64 shards on 3 nodes",
    measured: `${median} ms (${min}–${max}) with the table`,
    variants,
    goal: `≤ ${ROUTING_GOAL_MS} ms`,
    met: call.median <= ROUTING_GOAL_MS,
  };
}

/** Two comparisons of two ways each: ours is to be the faster. */
function ofMerging(variants: MeasuredVariant[]): Measurement[] {
  const goal: Goal = { ...atMost(1), text: "faster than sorting" };
  return [0, 2].map((at) => {
    const [merged, sorted] = variants.slice(at, at + 2) as [MeasuredVariant, MeasuredVariant];
    const ratio = merged.callMs.median / sorted.callMs.median;
    return {
      title: `Merging the hits of 3 nodes, 1,000 each: ${merged.name.replace("merge lists, ", "")}`,
      measured: `${ratio.toFixed(2)} × the time of sorting (medians)`,
      variants: [sorted, merged],
      goal: goal.text,
      met: goal.met(ratio),
    };
  });
}

function ofMovement({ nodesBefore, moved, fairShare, movedAside }: Movement): Measurement {
  const limit = fairShare * 1.1;
  const share = `${percent(moved.median)} (${percent(moved.min)}–${percent(moved.max)} over node names)`;
  return {
    title: `Copies moved when a node joins ${nodesBefore} (1,024 shards, 2 replicas)`,
    measured: `${share}, ${movedAside} between old nodes`,
    variants: [],
    goal: `≤ ${percent(limit)}, 0 between old nodes`,
    met: moved.median <= limit && movedAside === 0,
  };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
