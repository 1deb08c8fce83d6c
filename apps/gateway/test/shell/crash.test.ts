import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { createSend, type Send, waitForTask } from "../support/http.ts";

const gatewayMain = new URL("../../src/main.ts", import.meta.url).pathname;
const nodeMain = new URL("./main.ts", import.meta.resolve("@miroir/dev-node")).pathname;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) if (child.exitCode === null) child.kill("SIGKILL");
});

/** Starts a program and resolves once it has printed its address. */
async function start(file: string, args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [file, ...args], {
    env: { PATH: process.env.PATH ?? "", ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  children.push(child);
  let out = "";
  for await (const chunk of child.stdout) {
    out += chunk;
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0];
    if (address !== undefined) return { child, address };
  }
  throw new Error(`${file} ended: ${out}`);
}

it("keeps every acknowledged task through kill -9, and brings each to its end", async () => {
  const nodes = await Promise.all([0, 1, 2].map(() => start(nodeMain, ["--port", "0", "--task-delay-ms", "5"])));
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
    const { child, address } = await start(gatewayMain, [], env);
    const send = createSend(address);
    const kill = () => child.kill("SIGKILL");
    await Promise.all(Array.from({ length: 4 }, () => writeUntilGone(send, kill)));
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  }

  const { address } = await start(gatewayMain, [], env);
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
