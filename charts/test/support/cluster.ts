import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Manifest } from "./helm.ts";

export interface Cluster {
  /** For helm's `--kubeconfig`. */
  readonly kubeconfig: string;
  close(): Promise<void>;
}

const resource = (name: string, kind: string) => ({ name, singularName: "", namespaced: true, kind, verbs: ["get"] });
const DISCOVERY: Readonly<Record<string, unknown>> = {
  "/version": { major: "1", minor: "34", gitVersion: "v1.34.0" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": { kind: "APIGroupList", apiVersion: "v1", groups: [] },
  "/api/v1": {
    kind: "APIResourceList",
    groupVersion: "v1",
    resources: [resource("configmaps", "ConfigMap"), resource("secrets", "Secret")],
  },
};
const PLURAL: Readonly<Record<string, string>> = { ConfigMap: "configmaps", Secret: "secrets" };

/**
 * As much of a Kubernetes API server as helm asks while it renders: which ConfigMaps and Secrets are in the namespace `default`.
 * A template's `lookup` finds what an earlier installation left there.
 */
export async function startCluster(installed: readonly Manifest[]): Promise<Cluster> {
  const objects = new Map<string, Manifest>(
    installed.flatMap((object) => {
      const plural = PLURAL[object.kind];
      return plural ? [[`/api/v1/namespaces/default/${plural}/${object.metadata.name}`, object] as const] : [];
    }),
  );
  const server = createServer((request, response) => {
    const path = (request.url ?? "").split("?", 1)[0] ?? "";
    const answer = DISCOVERY[path] ?? objects.get(path);
    const status = { kind: "Status", apiVersion: "v1", status: "Failure", reason: "NotFound", code: 404 };
    response.writeHead(answer ? 200 : 404, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer ?? status));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const folder = await mkdtemp(join(tmpdir(), "miroir-cluster-"));
  const kubeconfig = join(folder, "config");
  const { port } = server.address() as AddressInfo;
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster: { server: `http://127.0.0.1:${port}` } }],
    users: [{ name: "test", user: {} }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test",
  };
  await writeFile(kubeconfig, JSON.stringify(config));
  return {
    kubeconfig,
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true });
    },
  };
}
