import { describeReplay } from "./describe-replay.ts";

await describeReplay({ nodes: 3, replicationFactor: 2 });
