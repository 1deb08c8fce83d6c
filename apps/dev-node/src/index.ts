export type { DevNode, DevNodeOptions } from "./create-dev-node.ts";
export { createDevNode } from "./create-dev-node.ts";
export type { Fault, Faults } from "./faults.ts";
