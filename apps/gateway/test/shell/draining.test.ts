import { Agent, request } from "node:http";
import { openStore } from "@miroir/store";
import { expect, it } from "vitest";
import { createSend } from "../support/http.ts";
import { TEST_TIMEOUT_MS } from "../support/nodes.ts";
import { GATEWAY, startProcess } from "../support/processes.ts";
import { startRunning } from "../support/running.ts";
import { startSharedStore } from "../support/shared-store.ts";

/** A request over a connection that is kept, as a load balancer makes it. */
function ask(agent: Agent, url: string): Promise<{ status: number | undefined; connection: string | undefined }> {
  return new Promise((resolve, reject) => {
    const asked = request(url, { agent }, (response) => {
      response.resume();
      response.on("end", () => resolve({ status: response.statusCode, connection: response.headers.connection }));
    });
    asked.on("error", reject).end();
  });
}

it("told to stop, says so, answers for a while longer, and ends each connection with its answer", {
  timeout: TEST_TIMEOUT_MS,
}, async () => {
  const running = await startRunning({ settings: ["server.shutdown_wait_ms=1000"] });
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const version = `${running.address}/version`;
  expect((await ask(agent, version)).connection).toBe("keep-alive");
  const { gateways } = (await running.send("GET", "/_miroir/topology")).body;
  expect(gateways).toEqual([{ id: expect.any(String), address: running.address, startedAt: expect.any(String) }]);

  const closing = running.close();
  const ready = await running.send("GET", "/_miroir/ready");
  expect([ready.status, ready.body]).toEqual([503, { status: "draining" }]);
  expect(await ask(agent, version)).toEqual({ status: 200, connection: "close" });
  expect(await ask(agent, version)).toEqual({ status: 200, connection: "close" });
  await closing;
  await expect(running.send("GET", "/health")).rejects.toThrow();
});

it("told to stop, gives up its leases and says good-bye to the others", { timeout: TEST_TIMEOUT_MS }, async () => {
  const shared = await startSharedStore("sqlite");
  const started = await startProcess(GATEWAY, [], {
    ...shared.env,
    MIROIR_SERVER_PORT: "0",
    MIROIR_LOG_LEVEL: "silent",
  });
  await createSend(started.address)("GET", "/health");
  const path = (shared.env.MIROIR_TASK_STORE_PATH ?? "").replace(".db", ".development.db");
  const store = await openStore({ backend: "sqlite", path });
  const holders = async () => (await store.leaderLease.list({ limit: 10 })).items.map(({ scope }) => scope);
  await expect.poll(holders, { timeout: TEST_TIMEOUT_MS }).toContain("maintenance");
  await started.end("SIGTERM");
  expect(await holders()).toEqual([]);
  expect((await store.gateways.list({ limit: 10 })).items).toEqual([]);
  await store.close();
  await shared.stop();
});
