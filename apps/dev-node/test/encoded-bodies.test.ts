import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync, zstdCompressSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { start } from "./started-node.ts";

// What these tests expect was seen on a Meilisearch 1.50.0 node.

const body = Buffer.from('[{"id":1,"t":"é"}]');

async function send(encoding: string, bytes: Buffer): Promise<string> {
  const { node } = await start();
  const response = await fetch(`${node.address}/indexes/a/documents`, {
    method: "POST",
    headers: { "content-type": "application/json", "content-encoding": encoding },
    body: new Uint8Array(bytes),
  });
  return response.status === 202 ? "accepted" : ((await response.json()) as { code: string }).code;
}

describe("an encoded body", () => {
  it.each([
    ["gzip", gzipSync(body), "accepted"],
    ["GZIP", gzipSync(body), "accepted"],
    ["deflate", deflateSync(body), "accepted"],
    ["br", brotliCompressSync(body), "accepted"],
    ["zstd", zstdCompressSync(body), "accepted"],
    ["identity", body, "accepted"],
    ["unheard-of", body, "accepted"],
    ["deflate", deflateRawSync(body), "bad_request"],
    ["gzip", Buffer.from("xxxx"), "bad_request"],
    ["gzip", gzipSync(body).subarray(0, -12), "bad_request"],
    ["x-gzip", gzipSync(body), "malformed_payload"],
    ["gzip, gzip", gzipSync(gzipSync(body)), "malformed_payload"],
  ])("in %s is decoded as a node does (%#)", async (encoding, bytes, outcome) => {
    expect(await send(encoding, bytes)).toBe(outcome);
  });

  it("may not hide more than a body may hold", async () => {
    expect(await send("gzip", gzipSync(Buffer.alloc(101 * 1024 * 1024)))).toBe("payload_too_large");
  });
});
