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

function wholeNumber(name: "port" | "task-delay-ms"): number {
  const text = values[name];
  if (!/^\d+$/.test(text)) throw new Error(`--${name} must be a whole number, not "${text}"`);
  return Number(text);
}

const masterKey = values["master-key"];
const node = createDevNode({
  ...(masterKey !== undefined && { masterKey }),
  taskDelayMs: wholeNumber("task-delay-ms"),
});
const address = await node.listen({ port: wholeNumber("port"), host: values.host });
process.stdout.write(`development node at ${address}\n`);
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void node.close());
