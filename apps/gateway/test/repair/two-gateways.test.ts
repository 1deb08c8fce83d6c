import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shardsOfNode } from "@miroir/routing";
import { expect, it, onTestFinished } from "vitest";
import { TOLD_MS } from "../../src/hints/hints.ts";
import { checkOften } from "../settings/check-once.ts";
import { copyOn } from "../support/copies.ts";
import { sendAndWait } from "../support/http.ts";
import { ON_REAL_NODES, startNodes, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";
import { expectCopies, untilRepaired } from "./support.ts";

const FILMS = Array.from({ length: 30 }, (_, id) => ({ id, title: `film ${id}` }));

it.skipIf(ON_REAL_NODES)(
  "a node that was emptied has no index that could be believed until both gateways have heard (only development nodes can be held up)",
  { timeout: 120_000 },
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "miroir-two-"));
    const nodes = await startNodes(3);
    const start = () =>
      startRunning({
        nodes: nodes.map(({ address }) => address),
        settings: ["shards=8", "replication_factor=2", "peers.heartbeat_ms=100"],
        path: join(folder, "miroir.db"),
      });
    const gateways: Running[] = [await start(), await start()];
    onTestFinished(async () => {
      for (const gateway of gateways) await gateway.close();
      await Promise.all(nodes.map((node) => node.stop()));
      await rm(folder, { recursive: true });
    });
    const [writer, other] = gateways as [Running, Running];
    await sendAndWait(writer.send, "POST", "/indexes/films/documents", FILMS);

    const emptied = nodes[0] as TestNode;
    const id = writer.idOf(emptied.address);
    await emptied.restartEmpty();
    // So that it is seen with its index before it has its documents.
    emptied.faults?.add({ route: "/indexes/:uid/documents", method: "POST", delayMs: 1_000, count: 100 });
    // The write makes the index anew, and gives the node away.
    const written = await writer.send("POST", "/indexes/films/documents", FILMS);
    expect(written.headers.get("x-miroir-degraded")).toContain("reason=missed_write");
    // Nor does whoever looks after settings give it the rules by which an index is taken for whole.
    const { hints, cluster } = other.context;
    const isKnown = () => shardsOfNode(cluster.placement, id).every((shard) => hints.isStale(id, "films", shard));
    await expect.poll(isKnown).toBe(true);
    const checks = checkOften(other, "films");
    onTestFinished(checks.close);
    const isWhole = async () => {
      const settings = await fetchSettings(emptied);
      return settings.includes("_miroir_shard");
    };
    while (!(await isWhole())) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(Math.max(...gateways.map(({ context }) => context.hints.knownMs(id, "films")))).toBeGreaterThan(TOLD_MS - 1);
    expect(isKnown()).toBe(true);

    emptied.faults?.clear();
    await untilRepaired(writer);
    await expectCopies(writer, nodes, "films", FILMS);
    expect(await copyOn(emptied.address, "films")).not.toEqual([]);
  },
);

async function fetchSettings({ address, masterKey }: TestNode): Promise<string> {
  const headers = { authorization: `Bearer ${masterKey}` };
  return (await fetch(`${address}/indexes/films/settings`, { headers })).text();
}
