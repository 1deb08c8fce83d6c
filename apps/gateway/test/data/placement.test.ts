import { shardOf } from "@miroir/routing";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { sendAndWait } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";
import { TOPOLOGIES } from "./topologies.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

const IDS = Array.from({ length: 40 }, (_, id) => String(id));

describe.each(TOPOLOGIES)("$name", ({ options }) => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway(options);
  });
  afterAll(() => gateway.close());

  /** Which of the ids each node really has. */
  async function held(): Promise<Record<string, string[]>> {
    const lists = gateway.nodes.map(async (_, position) => {
      const { body } = await gateway.sendToNode(position, "GET", "/indexes/p/documents?limit=1000");
      return [gateway.nodeId(position), body.results.map(({ id }: { id: number }) => String(id)).sort()] as const;
    });
    return Object.fromEntries(await Promise.all(lists));
  }

  function placed(ids: readonly string[]): Record<string, string[]> {
    const { placement } = gateway.context.cluster;
    const isOwner = (node: string, id: string) =>
      placement.owners.some((table) => table[shardOf(id, placement.shards)]?.includes(node));
    return Object.fromEntries(placement.nodes.map((node) => [node, ids.filter((id) => isOwner(node, id)).sort()]));
  }

  it("every document lies on exactly the nodes that placement says, and leaves all of them", async () => {
    const documents = IDS.map((id) => ({ id: Number(id), even: Number(id) % 2 === 0 }));
    await sendAndWait(gateway.send, "POST", "/indexes/p/documents", documents);
    expect(await held()).toEqual(placed(IDS));

    await sendAndWait(gateway.send, "POST", "/indexes/p/documents/delete-batch", [1, 2, 3]);
    const left = IDS.filter((id) => !["1", "2", "3"].includes(id));
    expect(await held()).toEqual(placed(left));

    await sendAndWait(gateway.send, "PATCH", "/indexes/p/settings", { filterableAttributes: ["even"] });
    await sendAndWait(gateway.send, "POST", "/indexes/p/documents/delete", { filter: "even = true" });
    expect(await held()).toEqual(placed(left.filter((id) => Number(id) % 2 === 1)));

    await sendAndWait(gateway.send, "DELETE", "/indexes/p/documents");
    expect(await held()).toEqual(placed([]));
  });
});
