import { Meilisearch } from "meilisearch";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { PUBLIC_ROUTES } from "../../src/routes/table/public-routes.ts";
import { ON_REAL_NODES, TEST_TIMEOUT_MS } from "../support/nodes.ts";
import type { Running } from "../support/running.ts";
import { describeAccess } from "./javascript/access.ts";
import { describeDocuments } from "./javascript/documents.ts";
import { describeIndexes } from "./javascript/indexes.ts";
import { REFUSED } from "./javascript/not-called.ts";
import { describeSearches } from "./javascript/searches.ts";
import { describeSettings } from "./javascript/settings.ts";
import { describeTasks } from "./javascript/tasks.ts";
import { PUBLIC_METHODS, watch } from "./javascript/watched.ts";
import type { World } from "./javascript/world.ts";
import { MASTER_KEY, startThree } from "./support.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

describe("the official JavaScript client over three nodes, two replicas of each shard", () => {
  let gateway: Running;
  let world: World;
  beforeAll(async () => {
    gateway = await startThree();
    const { address } = gateway;
    const calls = new Set<string>();
    world = { address, calls, client: watch(new Meilisearch({ host: address, apiKey: MASTER_KEY }), calls) };
  });
  afterAll(() => gateway.close());

  // The first is about all indexes, and counts them.
  for (const part of [
    describeIndexes,
    describeDocuments,
    describeSettings,
    describeSearches,
    describeTasks,
    describeAccess,
  ]) {
    part(() => world);
  }

  it("each method of the client was called, but those whose routes are refused", () => {
    const skipped = ON_REAL_NODES ? [] : ["Meilisearch.renderTemplate"];
    const expected = PUBLIC_METHODS.filter((method) => !(method in REFUSED) && !skipped.includes(method));
    expect([...world.calls].sort()).toEqual([...expected].sort());
  });

  it.each(Object.entries(REFUSED))("%s is left out because %s is refused", (method, route) => {
    expect(PUBLIC_METHODS).toContain(method);
    const row = PUBLIC_ROUTES.find(({ method: verb, path }) => `${verb} ${path}` === route);
    expect(row?.verdict).toBe("refused");
  });
});
