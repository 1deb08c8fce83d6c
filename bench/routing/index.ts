import { describeVariant, type MeasuredVariant } from "../measure.ts";
import { measureMerging } from "./merging.ts";
import { type Movement, measureMovement } from "./movement.ts";
import { measureRouting } from "./routing.ts";

const ROUTING_GOAL = "≤ 2 ms";

/** Measures routing, merging and movement, and prints them with their goals, or as one JSON object. */
export async function run({ json }: { json: boolean }): Promise<void> {
  const routing = await measureRouting();
  const merging = await measureMerging();
  const movement = [3, 5, 9].map((nodes) => measureMovement(nodes));
  if (json) console.log(JSON.stringify({ routing, merging, movement }, null, 2));
  else print(routing, merging, movement);
}

function print(routing: MeasuredVariant[], merging: MeasuredVariant[], movement: Movement[]): void {
  console.log("Routing 10,000 documents to 64 shards on 3 nodes (× the first way, median and range over rounds)");
  routing.forEach((variant, index) => {
    console.log(describeVariant(variant, index === 0 ? ROUTING_GOAL : undefined));
  });
  console.log("Merging the hits of 3 nodes, 1,000 each (× the first way, median and range over rounds)");
  for (const variant of merging) console.log(describeVariant(variant));
  console.log("Copies moved when a node joins (1,024 shards, 2 replicas; median and range over node names)");
  for (const { nodesBefore, moved, fairShare, movedAside } of movement) {
    const share = `${percent(moved.median)} (${percent(moved.min)}–${percent(moved.max)})`;
    const goal = `≤ ${percent(fairShare * 1.1)}`;
    console.log(
      `  ${nodesBefore} nodes to ${nodesBefore + 1}: ${share}, ${movedAside} between old nodes   goal: ${goal}, 0`,
    );
  }
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
