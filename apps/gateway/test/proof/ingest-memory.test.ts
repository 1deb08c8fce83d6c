import { mkdtemp, readdir, rm } from "node:fs/promises";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createSend, sendAndWait, waitForTask } from "../support/http.ts";
import { NODE_KEY } from "../support/nodes.ts";
import { memoryMb } from "../support/process-memory.ts";
import { GATEWAY, type Started, startProcess } from "../support/processes.ts";

const DEV_NODE = new URL("../../../dev-node/src/main.ts", import.meta.url).pathname;
const MB = 1_000_000;
const IS_DEEP = process.env.MIROIR_TEST_DEEP !== undefined;
const BODY_BYTES = (IS_DEEP ? 100 : 30) * MB;
const TIMEOUT_MS = IS_DEEP ? 600_000 : 120_000;
/** What the promise is: resident memory above that of the idle process. */
const MAX_ABOVE_IDLE_MB = 150;

let folder: string;
let nodes: Started[];
let gateway: Started;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "miroir-ingest-"));
  nodes = await Promise.all(
    Array.from({ length: 3 }, () => startProcess(DEV_NODE, ["--port", "0", "--master-key", NODE_KEY])),
  );
  gateway = await startProcess(GATEWAY, ["--port", "0"], {
    MIROIR_NODES: nodes.map(({ address }) => address).join(","),
    MIROIR_NODE_MASTER_KEY: NODE_KEY,
    MIROIR_REPLICATION_FACTOR: "1",
    MIROIR_TASK_STORE_PATH: join(folder, "miroir.db"),
    MIROIR_LOG_LEVEL: "error",
  });
}, TIMEOUT_MS);
afterEach(async () => {
  await gateway.end();
  await Promise.all(nodes.map((node) => node.end()));
  await rm(folder, { recursive: true, force: true });
});

/** Documents of about a kilobyte with ids from 0, made as they are read. The text is of no use to a compressor's window. */
function* documents(bytes: number, format: Format): Generator<string> {
  let state = 1;
  let made = 0;
  for (let id = 0; made < bytes; id++) {
    let text = "";
    while (text.length < 900) {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
      text += `${state.toString(36)} é `;
    }
    const line = format.document(id, text);
    made += Buffer.byteLength(line);
    yield line;
  }
}

type Format = {
  readonly contentType: string;
  readonly before: string;
  readonly after: string;
  readonly document: (id: number, text: string) => string;
};

const FORMATS = {
  NDJSON: {
    contentType: "application/x-ndjson",
    before: "",
    after: "",
    document: (id, text) => `{"id":${id},"title":"film ${id}","text":"${text}"}\n`,
  },
  "a JSON array": {
    contentType: "application/json",
    before: "[",
    after: "]",
    document: (id, text) => `${id === 0 ? "" : ","}{"id":${id},"title":"film ${id}","text":"${text}"}`,
  },
  CSV: {
    contentType: "text/csv",
    before: "id:number,title,text\n",
    after: "",
    document: (id, text) => `${id},film ${id},${text}\n`,
  },
} satisfies Record<string, Format>;

/** Sends the body as fast as it is taken. @returns the answer's JSON and how many documents there were. */
async function post(format: Format, isGzipped: boolean): Promise<{ taskUid: number; count: number }> {
  let count = 0;
  async function* body(): AsyncGenerator<string> {
    yield format.before;
    let chunk = "";
    for (const line of documents(BODY_BYTES, format)) {
      count++;
      chunk += line;
      if (chunk.length < 65_536) continue;
      yield chunk;
      chunk = "";
    }
    yield chunk + format.after;
  }
  const sent = request(`${gateway.address}/indexes/films/documents`, {
    method: "POST",
    headers: { "content-type": format.contentType, ...(isGzipped && { "content-encoding": "gzip" }) },
  });
  const answered = new Promise<string>((resolve, reject) => {
    sent.on("error", reject);
    sent.on("response", async (response) => {
      let text = "";
      for await (const chunk of response) text += chunk;
      resolve(text);
    });
  });
  const source = Readable.from(body(), { objectMode: false });
  await (isGzipped ? pipeline(source, createGzip({ level: 1 }), sent) : pipeline(source, sent));
  return { ...(JSON.parse(await answered) as { taskUid: number }), count };
}

const CASES: readonly (readonly [string, Format, boolean])[] = [
  ["NDJSON", FORMATS.NDJSON, false],
  ["NDJSON, gzip", FORMATS.NDJSON, true],
  ["a JSON array", FORMATS["a JSON array"], false],
  ["CSV", FORMATS.CSV, false],
];

describe.skipIf(process.platform !== "linux")(
  `a body of ${BODY_BYTES / MB} MB (memory is read from /proc, on Linux)`,
  () => {
    for (const [name, format, isGzipped] of CASES.slice(0, IS_DEEP ? 4 : 2))
      it(
        `${name}: takes the gateway a bounded amount of memory, and leaves no file`,
        async ({ task: test }) => {
          const send = createSend(gateway.address);
          // Words of the long text would only keep the nodes busy.
          await sendAndWait(send, "PATCH", "/indexes/films/settings", { searchableAttributes: ["title"] });
          const idleMb = await memoryMb(gateway.pid, "VmRSS");
          const { taskUid, count } = await post(format, isGzipped);
          const task = await waitForTask(send, taskUid);
          const peakMb = await memoryMb(gateway.pid, "VmHWM");
          test.meta.figures = {
            "body, MB": BODY_BYTES / MB,
            documents: count,
            "resident when idle, MB": Math.round(idleMb),
            "most above that, MB": Math.round(peakMb - idleMb),
          };
          expect(task).toMatchObject({
            status: "succeeded",
            details: { receivedDocuments: count, indexedDocuments: count },
          });
          expect((await send("GET", "/indexes/films/stats")).body.numberOfDocuments).toBe(count);
          expect(peakMb - idleMb).toBeLessThan(MAX_ABOVE_IDLE_MB);
          expect((await readdir(folder)).filter((name) => !name.startsWith("miroir.db"))).toEqual([]);
        },
        TIMEOUT_MS,
      );
  },
);
