import { request } from "node:http";
import { promisify } from "node:util";
import { brotliCompress, createGzip, deflate, gzip, zstdCompress } from "node:zlib";
import { afterEach, beforeEach, expect, it } from "vitest";
import { waitForTask } from "../support/http.ts";
import { type Running, startRunning } from "../support/running.ts";

const MB = 1024 * 1024;
const LIMIT = MB;
let gateway: Running;
beforeEach(async () => {
  gateway = await startRunning({ settings: [`server.max_body_bytes=${LIMIT}`] });
});
afterEach(() => gateway.close());

const post = (body: Uint8Array, encoding: string) =>
  gateway.send("POST", "/indexes/films/documents?primaryKey=id", body, {
    "content-type": "application/json",
    "content-encoding": encoding,
  });

/** Sends `total` bytes of blanks in chunks of 1 MB, without a length, and reads the answer. */
function postStream(total: number, headers: Record<string, string>, through?: ReturnType<typeof createGzip>) {
  return new Promise<{ status: number | undefined; text: string }>((resolve, reject) => {
    const sent = request(
      `${gateway.address}/indexes/films/documents`,
      { method: "POST", headers: { "content-type": "application/json", ...headers } },
      (response) => {
        let text = "";
        response.on("data", (chunk) => {
          text += chunk;
        });
        response.on("end", () => {
          resolve({ status: response.statusCode, text });
          sent.destroy();
        });
      },
    );
    sent.on("error", reject);
    const chunk = Buffer.alloc(MB, " ");
    const target = through ?? sent;
    if (through) through.pipe(sent);
    let left = total;
    const write = () => {
      while (left > 0) {
        left -= chunk.length;
        if (!target.write(chunk)) {
          target.once("drain", write);
          return;
        }
      }
      target.end();
    };
    write();
  });
}

/** The most memory outside the heap, where bodies are, that was held on top of what was held before. */
async function peakOf(work: () => Promise<void>): Promise<number> {
  const before = process.memoryUsage().arrayBuffers;
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  }, 1);
  await work();
  clearInterval(timer);
  return peak - before;
}

it("refuses a body of 200 MB with 413, in bounded memory", async () => {
  const peak = await peakOf(async () => {
    const { status, text } = await postStream(200 * MB, {});
    expect(status).toBe(413);
    expect(JSON.parse(text).code).toBe("payload_too_large");
  });
  expect(peak).toBeLessThan(48 * MB);
}, 30_000);

it("refuses one whose length is announced before it has come", async () => {
  const status = await new Promise((resolve, reject) => {
    const headers = { "content-type": "application/json", "content-length": String(200 * MB) };
    const sent = request(`${gateway.address}/indexes/films/documents`, { method: "POST", headers }, (response) => {
      resolve(response.statusCode);
      sent.destroy();
    });
    sent.on("error", reject);
    sent.write("[");
  });
  expect(status).toBe(413);
});

it("refuses a small body that unfolds to a large one, in bounded memory", async () => {
  const peak = await peakOf(async () => {
    const { status, text } = await postStream(200 * MB, { "content-encoding": "gzip" }, createGzip());
    expect(status).toBe(413);
    expect(JSON.parse(text).code).toBe("payload_too_large");
  });
  expect(peak).toBeLessThan(48 * MB);
}, 30_000);

it("takes a body of exactly the limit and refuses one byte more", async () => {
  const body = (bytes: number) => Buffer.from(`[{"id":1}]${" ".repeat(bytes - 10)}`);
  expect((await post(body(LIMIT), "identity")).status).toBe(202);
  expect((await post(body(LIMIT + 1), "identity")).status).toBe(413);
  expect((await post(await promisify(gzip)(body(LIMIT)), "gzip")).status).toBe(202);
  expect((await post(await promisify(gzip)(body(LIMIT + 1)), "gzip")).status).toBe(413);
});

it.each([
  ["gzip", promisify(gzip)],
  ["deflate", promisify(deflate)],
  ["br", promisify(brotliCompress)],
  ["zstd", promisify(zstdCompress)],
])("reads %s", async (encoding, compress) => {
  const { status, body } = await post(await compress(Buffer.from('[{"id":1},{"id":2}]')), encoding);
  expect(status).toBe(202);
  const task = await waitForTask(gateway.send, body.taskUid);
  expect(task).toMatchObject({ status: "succeeded", details: { receivedDocuments: 2, indexedDocuments: 2 } });
});

it("refuses bytes that are not of the encoding, and encodings it does not know", async () => {
  const plain = Buffer.from('[{"id":1}]');
  expect((await post(plain, "gzip")).body.code).toBe("malformed_payload");
  expect((await post(plain, "compress")).body.code).toBe("invalid_content_type");
  expect((await gateway.send("GET", "/tasks")).body.total).toBe(0);
});
