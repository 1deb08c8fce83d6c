import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ON_REAL_NODES, startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";
import { type Running, startRunning } from "../support/running.ts";

describe.skipIf(!ON_REAL_NODES)("over real nodes (development nodes render no templates and count nothing)", () => {
  let nodes: TestNode[] = [];
  let gateway: Running;
  beforeAll(async () => {
    nodes = await startNodes(3);
    gateway = await startRunning({ nodes: nodes.map(({ address }) => address) });
    await gateway.send("PATCH", "/experimental-features", { metrics: true, renderRoute: true });
  }, TEST_TIMEOUT_MS);
  afterAll(async () => {
    await gateway.close();
    await Promise.all(nodes.map((node) => node.stop()));
  });

  const render = (inline: string) =>
    gateway.send("POST", "/render-template", {
      template: { kind: "inlineDocumentTemplate", inline },
      input: { kind: "inlineDocument", inline: { a: 1 } },
    });

  it("renders a template that is sent along", async () => {
    const { status, body } = await render("{{doc.a}}");
    expect([status, body]).toEqual([200, { template: "{{doc.a}}", rendered: "1" }]);
    expect((await render("{{doc.a")).body.code).toBe("template_parsing_error");
  });

  it("adds up what only nodes count", async () => {
    const text = await (await fetch(`${gateway.address}/metrics`)).text();
    expect(text).toContain("\nmeilisearch_search_queue_size 3000\n");
    expect(text).toContain("\nmeilisearch_searches_running 0\n");
  });
});
