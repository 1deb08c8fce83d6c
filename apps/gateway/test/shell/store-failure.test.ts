import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createDevNode } from "@miroir/dev-node";
import { afterEach, describe, expect, it } from "vitest";
import { type Answer, createSend, waitForTask } from "../support/http.ts";
import { type Running, startRunning } from "../support/running.ts";

const main = new URL("../../src/main.ts", import.meta.url).pathname;
/** 512-byte blocks; a new store takes about half, and its write-ahead log may grow to 4 MB before it is emptied. */
const MAX_FILE_BLOCKS = 4_000;

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A gateway none of whose files may grow past a limit, as on a disk that is full. */
async function startLimited(): Promise<{ address: string; untilLogged(pattern: RegExp): Promise<void> }> {
  const node = createDevNode();
  closing.push(() => node.close());
  const child: ChildProcess = spawn(
    "sh",
    ["-c", `ulimit -f ${MAX_FILE_BLOCKS}; exec "$0" "$@"`, process.execPath, main],
    {
      env: {
        PATH: process.env.PATH ?? "",
        MIROIR_NODES: await node.listen(),
        MIROIR_TASK_STORE_PATH: join(await mkdtemp(join(tmpdir(), "miroir-full-")), "miroir.db"),
        MIROIR_SERVER_PORT: "0",
        MIROIR_LOG_LEVEL: "error",
      },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  closing.push(async () => {
    child.kill("SIGKILL");
    if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  });
  const stderr = child.stderr;
  if (stderr === null) throw new Error("no standard error");
  let err = "";
  stderr.on("data", (chunk) => {
    err += chunk;
  });
  const untilLogged = async (pattern: RegExp) => {
    while (!pattern.test(err)) await once(stderr, "data");
  };
  let out = "";
  for await (const chunk of child.stdout ?? []) {
    out += chunk;
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(out)?.[0];
    if (address !== undefined) return { address, untilLogged };
  }
  throw new Error(`the gateway ended: ${out}${err}`);
}

describe("a store that cannot be written", () => {
  it("makes writes answer 503 with a time to wait, says why in the log alone, and leaves reads as they are", async () => {
    const { address, untilLogged } = await startLimited();
    const send = createSend(address);
    const first = await send("POST", "/indexes/films/documents", [{ id: 0 }]);
    await waitForTask(send, first.body.taskUid);
    let refused: Answer | undefined;
    for (let round = 0; round < 500 && refused === undefined; round++) {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, i) => send("POST", "/indexes/films/documents", [{ id: i }])),
      );
      refused = answers.find(({ status }) => status !== 202);
    }
    expect(refused?.status).toBe(503);
    expect(refused?.headers.get("retry-after")).toBe("10");
    expect(refused?.body).toEqual({
      message: "The gateway cannot reach or write its store; the request may be repeated.",
      code: "miroir_store_unavailable",
      type: "system",
      link: expect.any(String),
    });
    await untilLogged(/SQLITE_.*"code":"miroir_store_unavailable".*"msg":"request failed"/);
    expect((await send("GET", "/indexes/films/documents/0")).status).toBe(200);
    expect((await send("GET", "/tasks?limit=1")).status).toBe(200);
  }, 60_000);
});

describe("any other failure of the store", () => {
  it("is an internal error that does not say what it was", async () => {
    const gateway: Running = await startRunning();
    closing.push(() => gateway.close());
    await gateway.context.store.close();
    const { status, headers, body } = await gateway.send("GET", "/tasks");
    expect(status).toBe(500);
    expect(headers.get("retry-after")).toBeNull();
    expect(body).toMatchObject({ message: "An internal error has occurred.", code: "internal", type: "internal" });
  });
});
