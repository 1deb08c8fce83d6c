import { describe, expect, it, vi } from "vitest";
import { copyOn } from "../support/copies.ts";
import { createSend, sendAndWait } from "../support/http.ts";
import { NODE_KEY, startNodes, type TestNode } from "../support/nodes.ts";
import { startRunning } from "../support/running.ts";
import { BACKENDS, settingsOf, startSharedStore } from "../support/shared-store.ts";
import { expectCopies, untilRepaired } from "./support.ts";

vi.setConfig({ testTimeout: 120_000 });

const DOCUMENTS = Array.from({ length: 12 }, (_, id) => ({ id, title: `film ${id}` }));

describe.each(BACKENDS)("an index on %s whose turn was broken off in the middle of a write", (backend) => {
  it("is looked at by the next gateway though nobody writes to it again", async () => {
    const store = await startSharedStore(backend);
    const nodes = await startNodes(2);
    const options = {
      nodes: nodes.map(({ address }) => address),
      settings: [...settingsOf(store), "shards=4", "replication_factor=2"],
    };
    const first = await startRunning(options);
    await sendAndWait(first.send, "POST", "/indexes/films/documents", DOCUMENTS);
    // What a gateway leaves that is killed when it has told one node of two: a lease that runs out, and half of a write.
    const { leaderLease } = first.context.store;
    const take = async () => (await leaderLease.acquire("writes:films", "who was killed", 1)).acquired;
    await expect.poll(take, { timeout: 10_000 }).toBe(true);
    await first.close();
    const { address } = nodes[0] as TestNode;
    await sendAndWait(createSend(address, NODE_KEY), "DELETE", "/indexes/films/documents/3");

    const next = await startRunning(options);
    await expect.poll(() => copyOn(address, "films"), { timeout: 60_000 }).toHaveLength(DOCUMENTS.length);
    await untilRepaired(next);
    await expectCopies(next, nodes, "films", DOCUMENTS);
    await next.close();
    await Promise.all(nodes.map((node) => node.stop()));
    await store.stop();
  });
});
