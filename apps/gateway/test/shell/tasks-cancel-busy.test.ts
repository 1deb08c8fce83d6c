import { expect, it } from "vitest";
import { startTestGateway } from "../support/gateway.ts";
import { waitForTask } from "../support/http.ts";
import { ON_REAL_NODES, TEST_TIMEOUT_MS } from "../support/nodes.ts";

/** Keeps a real node busy for a while; a development node is told to be slow instead. */
const MANY = ON_REAL_NODES ? 20_000 : 10;
const words = (id: number) => Array.from({ length: 40 }, (_, at) => `w${(id * 31 + at * 17) % 5_000}`).join(" ");

it(
  "cancels what waits behind a task that the nodes are busy with",
  async () => {
    const gateway = await startTestGateway({ nodes: 2, replicationFactor: 2, taskDelayMs: 500 });
    try {
      const { send } = gateway;
      const add = async (ids: readonly number[]): Promise<number> => {
        const documents = ids.map((id) => ({ id, text: words(id) }));
        return (await send("POST", "/indexes/films/documents", documents)).body.taskUid;
      };
      const busy = await add(Array.from({ length: MANY }, (_, id) => id));
      const query = "/tasks?statuses=processing&types=documentAdditionOrUpdate";
      const areBusy = async () => {
        const nodes = await Promise.all([0, 1].map((position) => gateway.sendToNode(position, "GET", query)));
        return nodes.every(({ body }) => body.total === 1);
      };
      await expect.poll(areBusy, { timeout: TEST_TIMEOUT_MS }).toBe(true);
      // A reset of settings is in no batch with documents, so the documents behind it wait as well.
      const reset = (await send("DELETE", "/indexes/films/settings")).body.taskUid;
      const waiting = [reset, await add([MANY]), await add([MANY + 1])];
      const { body } = await send("POST", `/tasks/cancel?uids=${waiting.join(",")}`);
      const cancelation = await waitForTask(send, body.taskUid);
      expect(cancelation).toMatchObject({ status: "succeeded", details: { matchedTasks: 3, canceledTasks: 3 } });
      for (const uid of waiting)
        expect((await send("GET", `/tasks/${uid}`)).body).toMatchObject({
          ...{ status: "canceled", canceledBy: cancelation.uid, error: null },
          ...{ startedAt: expect.any(String), finishedAt: expect.any(String), duration: expect.any(String) },
        });
      expect((await waitForTask(send, busy)).status).toBe("succeeded");
      expect((await send("GET", "/indexes/films/stats")).body.numberOfDocuments).toBe(MANY);
    } finally {
      await gateway.close();
    }
  },
  TEST_TIMEOUT_MS,
);
