import { writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  MASTER,
  makeCertificates,
  startCluster,
  startSentinels,
  startServer,
  testPrefix,
} from "@miroir/store-redis/test-servers";
import { expect, it, onTestFinished, vi } from "vitest";
import { filledFile, miroir, temporaryFolder } from "./support/miroir.ts";

/** Servers start one after the other, and each command in a process of its own. */
vi.setConfig({ testTimeout: 120_000 });

const hostsOf = ({ addresses }: { addresses: readonly { host: string; port: number }[] }) =>
  addresses.map(({ host, port }) => `${host}:${port}`).join(",");

/** Copies a file's store there and back, and looks at it in every way there is. */
async function useAll(url: string, ...tls: string[]): Promise<void> {
  const folder = temporaryFolder();
  const path = join(folder, "miroir.db");
  await filledFile(path);
  const json = async (...args: string[]) => {
    const { code, stdout, stderr } = await miroir(["store", ...args, ...tls, "--json"], { THERE: url });
    expect(code, stderr).toBe(0);
    return JSON.parse(stdout);
  };
  const there = await json("copy", "--from", `sqlite:${path}`, "--to", url);
  expect((await json("stats", "--store", "env:THERE")).rows).toMatchObject({ tasks: 3, jobs: 1, aliases: 1 });
  expect((await json("check", "--store", url)).problems).toEqual([]);
  await json("backup", "--store", url, "--to", join(folder, "backup.db"));
  const sums = ({ tables }: { tables: { checksum: string }[] }) => tables.map(({ checksum }) => checksum);
  expect(sums(await json("check", "--store", `sqlite:${join(folder, "backup.db")}`))).toEqual(sums(there));
}

it("uses a store that sentinels watch over", async () => {
  const sentinels = await startSentinels();
  onTestFinished(() => sentinels.stop());
  await useAll(`redis+sentinel://${hostsOf(sentinels)}?name=${MASTER}&prefix=${testPrefix()}`);
});

it("uses a store in a Cluster, and knows it by its hosts in any order", async () => {
  const cluster = await startCluster();
  onTestFinished(() => cluster.stop());
  const hosts = hostsOf(cluster);
  await useAll(`valkey+cluster://${hosts}?prefix=${testPrefix()}`);
  const reversed = hosts.split(",").reverse().join(",");
  const copy = ["store", "copy", "--from", `redis+cluster://${hosts}`, "--to", `redis+cluster://${reversed}`];
  expect(await miroir(copy)).toMatchObject({ code: 2, stderr: expect.stringContaining("are the same store") });
});

it("uses a store on a server with TLS, by options, settings and environment, and says why it does not trust one", async () => {
  const certificates = await makeCertificates();
  onTestFinished(() => certificates.remove());
  const server = await startServer([], { tls: certificates.server });
  onTestFinished(() => server.stop());
  const { caFile, certFile, keyFile } = certificates.client;
  const prefix = testPrefix();
  const url = `${server.url}?prefix=${prefix}`;
  await useAll(url, "--tls-ca-file", caFile, "--tls-cert-file", certFile, "--tls-key-file", keyFile);

  const config = join(temporaryFolder(), "miroir.yaml");
  const files = `tls_ca_file: ${caFile}, tls_cert_file: ${certFile}, tls_key_file: ${keyFile}`;
  writeFileSync(config, `task_store: { backend: redis, url: "${server.url}", prefix: ${prefix}, ${files} }\n`);
  const stats = await miroir(["store", "stats", "--config", config, "--json"]);
  expect(JSON.parse(stats.stdout).rows, stats.stderr).toMatchObject({ tasks: 3 });

  const stranger = { MIROIR_TASK_STORE_TLS_CA_FILE: certificates.strangers.caFile };
  const refused = await miroir(["store", "stats", "--config", config, "--json"], stranger);
  expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("certificate") });
  expect(JSON.parse(refused.stdout).error.code).toBe("unavailable");
});
