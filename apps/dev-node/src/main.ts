import { parseArgs } from "node:util";
import { createDevNode } from "./create-dev-node.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "7700" },
    host: { type: "string", default: "127.0.0.1" },
    "master-key": { type: "string" },
    "task-delay-ms": { type: "string", default: "0" },
  },
});

const masterKey = values["master-key"];
const node = createDevNode({
  ...(masterKey !== undefined && { masterKey }),
  taskDelayMs: Number(values["task-delay-ms"]),
});
const address = await node.listen({ port: Number(values.port), host: values.host });
process.stdout.write(`development node at ${address}\n`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void node.close());
