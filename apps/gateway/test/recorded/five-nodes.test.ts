import { describeReplay } from "./describe-replay.ts";

await describeReplay({ nodes: 5, replicationFactor: 1 });
