import { describeReplay } from "./describe-replay.ts";

await describeReplay({ nodes: 1, replicationFactor: 1 });
