import { afterEach } from "vitest";
import type { DevNode, DevNodeOptions } from "../src/index.ts";
import { createDevNode } from "../src/index.ts";
import type { Call } from "./http.ts";
import { callerOf } from "./http.ts";

const open: DevNode[] = [];

afterEach(async () => {
  for (const node of open.splice(0)) await node.close();
});

/** A listening node, closed after the test. */
export async function start(options: DevNodeOptions = {}): Promise<{ node: DevNode; call: Call }> {
  const node = createDevNode(options);
  open.push(node);
  await node.listen();
  return { node, call: callerOf(node) };
}
