import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { loadConfig } from "@miroir/config";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";

const ROOT = join(import.meta.dirname, "../../../..");
const KEYS = { MIROIR_MASTER_KEY: "a-master-key-of-some-length", MEILI_MASTER_KEY: "a-key-of-the-nodes" };

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly depends_on?: Readonly<Record<string, unknown>>;
  readonly ports?: readonly string[];
  readonly volumes?: readonly string[];
}

const text = readFileSync(join(ROOT, "compose.yaml"), "utf8");
/** With `${NAME:?what to do}` filled in, as `docker compose` does. */
const filled = text.replaceAll(/\$\{(\w+):\?[^}]*\}/g, (_, name: keyof typeof KEYS) => KEYS[name]);
const { services, volumes } = parse(filled, { merge: true }) as {
  services: Record<string, Service>;
  volumes: Record<string, unknown>;
};
const gateways = Object.entries(services).filter(([name]) => name.startsWith("gateway"));
const nodes = Object.entries(services).filter(([name]) => name.startsWith("node"));
const chart = parse(readFileSync(join(ROOT, "charts/miroir/values.yaml"), "utf8"));

describe("compose.yaml", () => {
  it("has three nodes, a Redis and two gateways, each with a health check", () => {
    expect(Object.keys(services)).toEqual(["node-1", "node-2", "node-3", "redis", "gateway-1", "gateway-2"]);
    for (const { healthcheck } of Object.values(services)) expect(healthcheck?.test[0]).toBe("CMD");
  });

  it("gives both gateways the same configuration, one that starts, on nodes and a Redis that are there", async () => {
    const configs = await Promise.all(gateways.map(([, { environment = {} }]) => loadConfig({ env: environment })));
    expect(configs).toHaveLength(2);
    expect(configs[1]).toEqual(configs[0]);
    const { settings, warnings } = configs[0] ?? {};
    expect(warnings).toEqual([]);
    expect(settings?.nodes.map(({ address }) => new URL(address).host)).toEqual(nodes.map(([name]) => `${name}:7700`));
    expect(settings?.node_master_key).toBe(nodes[0]?.[1].environment?.MEILI_MASTER_KEY);
    expect(new URL(settings?.task_store.url ?? "").hostname).toBe("redis");
    for (const [, { depends_on }] of gateways) {
      expect(Object.keys(depends_on ?? {}).sort()).toEqual([...nodes.map(([name]) => name), "redis"].sort());
    }
  });

  it("keeps everything in volumes, and opens the gateways alone, to this machine", () => {
    const kept = Object.values(services).flatMap(({ volumes: used = [] }) =>
      used.map((volume) => volume.split(":")[0]),
    );
    expect(kept).toEqual(Object.keys(volumes));
    const open = Object.entries(services).filter(([, { ports }]) => ports !== undefined);
    expect(open.map(([name]) => name)).toEqual(gateways.map(([name]) => name));
    for (const [, { ports = [] }] of open) for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  it("runs the versions that the chart runs", () => {
    const { meilisearch, redis } = chart;
    for (const [, { image }] of nodes) expect(image).toBe(`${meilisearch.image.repository}:${meilisearch.image.tag}`);
    expect(services.redis?.image).toBe(`${redis.image.repository}:${redis.image.tag}`);
  });

  it("is not started without keys", () => {
    for (const name of Object.keys(KEYS)) expect(text).toContain(`\${${name}:?`);
  });
});

const hasCompose = spawnSync("docker", ["compose", "version"], { stdio: "ignore" }).status === 0;
const skipped = hasCompose ? "" : " (skipped: this machine's docker has no compose)";

it.skipIf(!hasCompose)(`compose.yaml is right for docker compose${skipped}`, () => {
  const env = { ...process.env, ...KEYS };
  const { status, stderr } = spawnSync("docker", ["compose", "config", "--quiet"], {
    cwd: ROOT,
    env,
    encoding: "utf8",
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
});
