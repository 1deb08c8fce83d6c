import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { createSend, type Send, waitForTask } from "../support/http.ts";
import { GATEWAY, type Started, startProcess } from "../support/processes.ts";

const NODE = new URL("./main.ts", import.meta.resolve("@miroir/dev-node")).pathname;
const started: Started[] = [];
afterEach(async () => {
  for (const process of started.splice(0)) await process.end("SIGKILL");
});

async function start(...args: Parameters<typeof startProcess>): Promise<Started> {
  const process = await startProcess(...args);
  started.push(process);
  return process;
}

it("keeps every acknowledged task through kill -9, and brings each to its end", async () => {
  const nodes = await Promise.all([0, 1, 2].map(() => start(NODE, ["--port", "0", "--task-delay-ms", "5"])));
  const folder = await mkdtemp(join(tmpdir(), "miroir-crash-"));
  const env = {
    MIROIR_NODES: nodes.map(({ address }) => address).join(","),
    MIROIR_TASK_STORE_PATH: join(folder, "miroir.db"),
    MIROIR_SERVER_PORT: "0",
    MIROIR_LOG_LEVEL: "error",
  };
  const acknowledged = new Map<number, number>();
  let id = 0;

  async function writeUntilGone(send: Send, enough: () => void): Promise<void> {
    for (;;) {
      const document = { id: id++, text: "x".repeat(100) };
      const answer = await send("POST", `/indexes/crash-${document.id % 3}/documents`, [document]).catch(() => null);
      if (answer === null) return;
      expect(answer.status).toBe(202);
      expect(acknowledged.has(answer.body.taskUid)).toBe(false);
      acknowledged.set(answer.body.taskUid, document.id);
      if (acknowledged.size % 40 === 0) enough();
    }
  }

  for (let run = 0; run < 2; run++) {
    const { end, address } = await start(GATEWAY, [], env);
    const send = createSend(address);
    const kill = () => void end("SIGKILL");
    await Promise.all(Array.from({ length: 4 }, () => writeUntilGone(send, kill)));
    await end("SIGKILL");
  }

  const { address } = await start(GATEWAY, [], env);
  const send = createSend(address);
  const unfinished = await send("GET", "/tasks?statuses=enqueued,processing&limit=0");
  expect(unfinished.status).toBe(200);
  for (const [taskUid, documentId] of acknowledged) {
    const task = await waitForTask(send, taskUid);
    expect(task).toMatchObject({ status: "succeeded", details: { receivedDocuments: 1, indexedDocuments: 1 } });
    expect((await send("GET", `/indexes/crash-${documentId % 3}/documents/${documentId}`)).status).toBe(200);
  }
  expect(acknowledged.size).toBeGreaterThanOrEqual(80);
}, 60_000);
