import { startServer } from "@miroir/store-redis/test-servers";
import { expect, it, onTestFinished } from "vitest";
import { startGateway, startNode } from "./support/gateway.ts";
import { runHere } from "./support/run-here.ts";

const KEY = "a-master-key-of-the-tests";
const NODE_KEY = "key-of-the-nodes";

it("says that the store is away, and which node", { timeout: 60_000 }, async () => {
  const [redis, node] = await Promise.all([startServer(), startNode(NODE_KEY)]);
  onTestFinished(async () => {
    await Promise.all([redis.stop(), node.stop()]);
  });
  const gateway = await startGateway(KEY, { redis: redis.url, nodes: [node.url], nodeKey: NODE_KEY });
  onTestFinished(gateway.stop);
  const status = () => runHere(["status"], { MIROIR_URL: gateway.url, MIROIR_MASTER_KEY: KEY });

  const well = await status();
  expect(well.code).toBe(0);
  expect(well.stdout).toMatch(/^store +redis, of 1 gateway$/m);
  await redis.stop();
  const away = await status();
  expect(away.code).toBe(3);
  expect(away.stdout).toMatch(/^store +redis, away$/m);
  expect(away.stdout).toContain("\nstore: it does not answer: reads go on, writes are refused\n");

  await node.stop();
  for (;;) {
    const { code, stdout } = await status();
    expect(code).toBe(3);
    if (stdout.includes(`${new URL(node.url).host}: ${node.url} is out\n`)) return;
  }
});
