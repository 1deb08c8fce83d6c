import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { createServer } from "node:tls";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import { openRedisStore, type RedisStoreOptions } from "../src/index.ts";
import { makeCertificates } from "./support/certificates.ts";
import { startCluster } from "./support/cluster.ts";
import { fillStore } from "./support/fill.ts";
import { startServer, testPrefix } from "./support/redis.ts";
import { MASTER, startSentinels } from "./support/sentinel.ts";

const certificates = await makeCertificates();
const { caFile } = certificates.server;
const strict = await startServer([], { tls: certificates.server });
const lenient = await startServer(["--tls-auth-clients", "no"], { tls: certificates.server });

afterAll(async () => {
  await Promise.all([strict.stop(), lenient.stop()]);
  await certificates.remove();
});

/** Opens a store, uses all of it, and closes it. */
async function use(options: RedisStoreOptions): Promise<void> {
  const store = await openRedisStore({ prefix: testPrefix(), ...options });
  onTestFinished(() => store.close());
  const changes: unknown[] = [];
  store.watch((change) => changes.push(change));
  await fillStore(store);
  await store.health();
  await expect.poll(() => changes.length).toBeGreaterThan(0);
}

const refused = (options: RedisStoreOptions) => {
  const opening = openRedisStore({ prefix: testPrefix(), connectTimeoutMs: 2000, ...options });
  return expect(opening.then((store) => store.close())).rejects;
};

const hostsOf = ({ addresses }: { addresses: readonly { host: string; port: number }[] }) =>
  addresses.map(({ host, port }) => `${host}:${port}`).join(",");

describe("one server with TLS", () => {
  it("is used when its authority is the one in the file", () => use({ url: lenient.url, tls: { caFile } }));

  it("is used by the other name of the scheme", () =>
    use({ url: lenient.url.replace("rediss:", "valkeys:"), tls: { caFile } }));

  it("is shown a certificate where it wants one", () => use({ url: strict.url, tls: certificates.client }));

  it("asks for the server that the URL names", async () => {
    let asked = "";
    const server = createServer({
      SNICallback(name, done) {
        asked = name;
        done(new Error("no certificate for anyone"));
      },
    }).listen(0, "127.0.0.1");
    onTestFinished(() => void server.close());
    server.on("tlsClientError", () => {});
    await once(server, "listening");
    const address = server.address();
    const port = address !== null && typeof address === "object" ? address.port : 0;
    await refused({ url: `rediss://localhost:${port}`, tls: { caFile } }).toMatchObject({ code: "unavailable" });
    expect(asked).toBe("localhost");
  });
});

describe("what is refused, and why", () => {
  it("an authority that did not sign the server's certificate", () =>
    refused({ url: lenient.url, tls: { caFile: certificates.strangers.caFile } }).toMatchObject({
      code: "unavailable",
      retryable: false,
      operation: "open",
      message: expect.stringMatching(/certificate/),
    }));

  it("no authority: the machine's own did not sign it either", () =>
    refused({ url: lenient.url }).toMatchObject({
      code: "unavailable",
      retryable: false,
      message: expect.stringMatching(/certificate/),
    }));

  it("no certificate where the server wants one, or one of a stranger", async () => {
    const { certFile, keyFile } = certificates.strangers;
    const why = { code: "unavailable", retryable: false, message: expect.stringMatching(/certificate|alert/) };
    await refused({ url: strict.url, tls: { caFile } }).toMatchObject(why);
    await refused({ url: strict.url, tls: { caFile, certFile, keyFile } }).toMatchObject(why);
  });

  it("TLS to a server without, and no TLS to a server with", async () => {
    const plain = await startServer();
    onTestFinished(() => plain.stop());
    await refused({ url: plain.url.replace("redis:", "rediss:"), tls: { caFile } }).toMatchObject({
      code: "unavailable",
    });
    await refused({ url: lenient.url.replace("rediss:", "redis:") }).toMatchObject({ code: "unavailable" });
  });

  it("files that are not there, hold nothing, or are half of two, naming them", async () => {
    const { certFile } = certificates.client;
    const empty = `${certFile}.empty`;
    writeFileSync(empty, "");
    for (const [tls, message] of [
      [{ caFile: `${caFile}.not` }, `${caFile}.not`],
      [{ caFile: empty }, empty],
      [{ certFile }, "key"],
    ] as const) {
      await refused({ url: lenient.url, tls }).toMatchObject({
        code: "invalid_argument",
        message: expect.stringContaining(message),
      });
    }
    const plain = { url: "redis://127.0.0.1", tls: { caFile } };
    await refused(plain).toMatchObject({ code: "invalid_argument", message: expect.stringContaining("rediss://") });
  });
});

describe("several servers with TLS", () => {
  it("Sentinel: servers and sentinels with certificates of their own, over a promotion", {
    timeout: 60_000,
  }, async () => {
    const sentinels = await startSentinels({ tls: certificates.server });
    onTestFinished(() => sentinels.stop());
    const url = `rediss+sentinel://${hostsOf(sentinels)}?name=${MASTER}`;
    await refused({ url, tls: { ...certificates.client, caFile: certificates.strangers.caFile } }).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/certificate/),
    });
    const options = { url, tls: certificates.client, prefix: testPrefix() };
    await use(options);
    const store = await openRedisStore(options);
    onTestFinished(() => store.close());
    await sentinels.promote();
    const written = () =>
      store.gateways.heartbeat("g", "a", 60_000).then(
        () => true,
        () => false,
      );
    await expect.poll(written, { timeout: 30_000 }).toBe(true);
  });

  it("Cluster: every node with TLS, and its bus too", { timeout: 60_000 }, async () => {
    const cluster = await startCluster({ tls: certificates.server });
    onTestFinished(() => cluster.stop());
    const url = `rediss+cluster://${hostsOf(cluster)}`;
    await refused({ url, tls: { ...certificates.client, caFile: certificates.strangers.caFile } }).toMatchObject({
      code: "unavailable",
      message: expect.stringMatching(/certificate/),
    });
    await use({ url, tls: certificates.client });
  });
});
