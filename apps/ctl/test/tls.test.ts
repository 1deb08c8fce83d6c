import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { makeCertificates, startServer, testPrefix } from "@miroir/store-redis/test-servers";
import { expect, it, onTestFinished, vi } from "vitest";
import { miroir, temporaryFolder } from "./support/miroir.ts";
import { useAll } from "./support/use-all.ts";

/** Each command runs in a process of its own. */
vi.setConfig({ testTimeout: 120_000 });

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
