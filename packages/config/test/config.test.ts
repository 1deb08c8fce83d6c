import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig, SETTINGS, withoutSecrets } from "@miroir/config";
import { describe, expect, it } from "vitest";

async function fileOf(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "miroir-config-")), "miroir.yaml");
  await writeFile(file, text);
  return file;
}

const mistakesOf = (sources: Parameters<typeof loadConfig>[0]) =>
  loadConfig(sources).then(
    () => [],
    (error) => error.mistakes.map(({ where }: { where: string }) => where).sort(),
  );

describe("precedence", () => {
  it("is file, environment, flags", async () => {
    const file = await fileOf("shards: 1\nlog_level: warn\nserver: { port: 1, bind: 0.0.0.0 }");
    const { config } = await loadConfig({
      file,
      env: { MIROIR_SHARDS: "2", MIROIR_SERVER_PORT: "2" },
      flags: [{ from: "--port", assignment: "server.port=3" }],
    });
    expect(config).toMatchObject({ shards: 2, logLevel: "warn", server: { port: 3, bind: "0.0.0.0" } });
  });
});

describe("environment", () => {
  it("reaches every setting under the variable of its path, and nothing else", async () => {
    const variables = SETTINGS.map(({ variable }) => variable);
    expect(new Set(variables).size).toBe(variables.length);
    for (const { path, variable, kind } of SETTINGS) {
      expect(variable).toBe(`MIROIR_${path.join("_").toUpperCase()}`);
      // No setting takes this text, or it shows in what is printed: either way the variable was read.
      const text = kind === "number" ? "-0.5" : "no:such/value";
      // A certificate alone is a mistake of the key that is missing.
      const env = { [variable]: text, [variable.replace("TLS_CERT_FILE", "TLS_KEY_FILE")]: text };
      const places = await mistakesOf({ env });
      const place = { nodes: `${variable} [0].address`, list: `${variable} [0]` }[kind as string] ?? variable;
      if (places.length > 0) expect(places).toEqual([place]);
      else {
        const { settings } = await loadConfig({ env });
        const value = path.reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], settings);
        expect(value).toBe(text);
      }
    }
  });

  it("takes true and false where they are meant, and no other words for them", async () => {
    for (const enabled of [true, false]) {
      const { config } = await loadConfig({ env: { MIROIR_ANTI_ENTROPY_ENABLED: String(enabled) } });
      expect(config.antiEntropy.enabled).toBe(enabled);
    }
    expect(await mistakesOf({ env: { MIROIR_ANTI_ENTROPY_ENABLED: "no" } })).toEqual(["MIROIR_ANTI_ENTROPY_ENABLED"]);
  });

  it("refuses a misspelt variable, but not what Kubernetes adds for a service of our name", async () => {
    expect(await mistakesOf({ env: { MIROIR_MASTERKEY: "x" } })).toEqual(["MIROIR_MASTERKEY"]);
    const links = {
      MIROIR_PORT: "tcp://10.0.0.1:7700",
      MIROIR_SERVICE_HOST: "10.0.0.1",
      MIROIR_PORT_7700_TCP_ADDR: "x",
    };
    expect(await mistakesOf({ env: links })).toEqual([]);
  });

  it("reads secrets from files, without the line's end, and not twice", async () => {
    const file = await fileOf("sixteen-bytes-or-more\n");
    const { config, warnings } = await loadConfig({ env: { MIROIR_MASTER_KEY_FILE: file } });
    expect(config.masterKey).toBe("sixteen-bytes-or-more");
    expect(warnings).toEqual([]);
    const both = { MIROIR_MASTER_KEY_FILE: file, MIROIR_MASTER_KEY: "x" };
    expect(await mistakesOf({ env: both })).toEqual(["MIROIR_MASTER_KEY_FILE"]);
    expect(await mistakesOf({ env: { MIROIR_MASTER_KEY_FILE: `${file}.gone` } })).toContain("MIROIR_MASTER_KEY_FILE");
  });

  it("deals the nodes to the groups in turn", async () => {
    const { config } = await loadConfig({
      env: { MIROIR_NODES: "http://a:1, http://b:2,http://c:3,http://d:4", MIROIR_REPLICA_GROUPS: "2" },
    });
    expect(config.nodes.map(({ id, replicaGroup }) => [id, replicaGroup])).toEqual([
      ["a:1", 0],
      ["b:2", 1],
      ["c:3", 0],
      ["d:4", 1],
    ]);
  });
});

describe("checks between settings", () => {
  const nodes = (...groups: number[]) =>
    `nodes: [${groups.map((group, i) => `{ id: n${i}, address: "http://n${i}:1", replica_group: ${group} }`).join(", ")}]\n`;

  it.each([
    ["two replicas on one node", `${nodes(0)}replication_factor: 2`, ["replication_factor"]],
    ["an unknown group", `${nodes(0, 1)}replication_factor: 1`, ["nodes[1].replica_group"]],
    ["a group without nodes", `${nodes(0, 0)}replica_groups: 2`, ["replica_groups"]],
    ["groups without nodes at all", "replica_groups: 2", ["replica_groups"]],
    ["more replicas than development nodes", "replication_factor: 4", ["replication_factor"]],
    [
      "an address given twice",
      'nodes: [{ id: a, address: "http://a:1" }, { id: b, address: "http://a:1/" }]',
      ["nodes[1].address"],
    ],
    ["Redis without a URL", `${nodes(0)}task_store: { backend: redis }`, ["task_store.url"]],
    ["Redis under development nodes", "task_store: { backend: redis, url: redis://r }", ["task_store.backend"]],
    ["a Redis prefix with braces", `${nodes(0)}task_store: { prefix: "{a}" }`, ["task_store.prefix"]],
    ["a list instead of settings", "- 1", [expect.stringContaining("miroir.yaml")]],
  ])("refuse %s", async (_what, text, places) => {
    expect(await mistakesOf({ file: await fileOf(text), env: {} })).toEqual(places);
  });

  it("choose two replicas where every group has two nodes, else one", async () => {
    const factorOf = async (text: string) =>
      (await loadConfig({ file: await fileOf(text), env: {} })).config.replicationFactor;
    expect(await factorOf("")).toBe(2);
    expect(await factorOf(nodes(0, 0, 0))).toBe(2);
    expect(await factorOf(`${nodes(0, 0, 1)}replica_groups: 2`)).toBe(1);
  });
});

describe("secrets", () => {
  it("are shown as stars, all of them", async () => {
    const env = Object.fromEntries(
      SETTINGS.filter(({ isSecret }) => isSecret).map(({ variable }) => [variable, "hush"]),
    );
    expect(Object.keys(env).length).toBe(4);
    const { settings, warnings } = await loadConfig({ env });
    expect(JSON.stringify(withoutSecrets(settings))).not.toContain("hush");
    expect(warnings.join()).toMatch(/master_key is shorter than 16 bytes/);
  });
});
