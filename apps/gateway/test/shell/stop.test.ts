import { createDevNode } from "@miroir/dev-node";
import { expect, it } from "vitest";
import { sendAndWait } from "../support/http.ts";
import { NODE_KEY } from "../support/nodes.ts";
import { startRunning } from "../support/running.ts";

it("lets a request under way have its answer, and then takes no more", async () => {
  const node = createDevNode({ masterKey: NODE_KEY });
  const gateway = await startRunning({ nodes: [await node.listen()] });
  await sendAndWait(gateway.send, "POST", "/indexes/films/documents", [{ id: 1, title: "Alien" }]);
  let arrived: () => void = () => undefined;
  const isAsked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  node.faults.add({ route: "/indexes/:uid/search", delayMs: 200 });
  const search = gateway.send("POST", "/indexes/films/search", { q: "alien" });
  const { cluster } = gateway.context;
  const timer = setInterval(() => {
    if (cluster.report().some(({ outstanding }) => outstanding > 0)) arrived();
  }, 1);
  await isAsked;
  clearInterval(timer);
  const closed = gateway.close();
  expect((await search).body.hits).toEqual([{ id: 1, title: "Alien" }]);
  await closed;
  await expect(gateway.send("GET", "/health")).rejects.toThrow();
  await node.close();
});
