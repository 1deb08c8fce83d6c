import { MASTER, startCluster, startSentinels, testPrefix } from "@miroir/store-redis/test-servers";
import { expect, it, onTestFinished, vi } from "vitest";
import { miroir } from "./support/miroir.ts";
import { useAll } from "./support/use-all.ts";

/** Servers start one after the other, and each command in a process of its own. */
vi.setConfig({ testTimeout: 120_000 });

const hostsOf = ({ addresses }: { addresses: readonly { host: string; port: number }[] }) =>
  addresses.map(({ host, port }) => `${host}:${port}`).join(",");

it("uses a store that sentinels watch over", async () => {
  const sentinels = await startSentinels();
  onTestFinished(() => sentinels.stop());
  await useAll(`redis+sentinel://${hostsOf(sentinels)}?name=${MASTER}&prefix=${testPrefix()}`);
});

it("uses a store in a Cluster, and knows it by its hosts in any order", async () => {
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const hosts = hostsOf(cluster);
  await useAll(`valkey+cluster://${hosts}?prefix=${testPrefix()}`);
  const reversed = hosts.split(",").reverse().join(",");
  const copy = ["store", "copy", "--from", `redis+cluster://${hosts}`, "--to", `redis+cluster://${reversed}`];
  expect(await miroir(copy)).toMatchObject({ code: 2, stderr: expect.stringContaining("are the same store") });
});
