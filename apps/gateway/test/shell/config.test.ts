import { once } from "node:events";
import { mkdtemp, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { GATEWAY, runToEnd } from "../support/processes.ts";

async function fileOf(text: string): Promise<string> {
  const file = join(await mkdtemp(join(tmpdir(), "miroir-config-")), "miroir.yaml");
  await writeFile(file, text);
  return file;
}

// Starts processes, which takes long on a busy machine.
describe("the command", { timeout: 60_000 }, () => {
  it("prints every mistake with its place and starts nothing", async () => {
    const file = await fileOf(`
shards: 70000
task_store: { backend: redis }
nodes:
  - { id: a, address: "http://a:7700" }
  - { id: a, address: "http://b:7700" }
search: { tie_ordre: stable }
`);
    const { code, out, err } = await runToEnd(GATEWAY, ["--config", file, "--set", "health.out_after=0"], {
      MIROIR_SERVER_PORT: "http",
    });
    expect(code).toBe(1);
    expect(out).toBe("");
    const places = [...err.matchAll(/^ {2}(.+?): /gm)].map((match) => match[1]);
    expect(places.sort()).toEqual(
      [
        "--set health.out_after",
        "MIROIR_SERVER_PORT",
        "nodes[1].id",
        "search.tie_ordre",
        "shards",
        "task_store.url",
      ].sort(),
    );
    expect(err).toContain("must say where Redis is");
  });

  it("prints the configuration without its secrets", async () => {
    const { code, out } = await runToEnd(GATEWAY, ["config", "print", "--set", "shards=7"], {
      MIROIR_MASTER_KEY: "do-not-show-this-key",
    });
    expect(code).toBe(0);
    expect(out).toContain("shards: 7");
    expect(out).toContain('master_key: "***"');
    expect(out).not.toContain("do-not-show");
  });

  it("says which port is taken, and what to do", async () => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const path = join(await mkdtemp(join(tmpdir(), "miroir-taken-")), "miroir.db");
    const { code, err } = await runToEnd(GATEWAY, ["--port", `${port}`, "--set", `task_store.path=${path}`]);
    other.close();
    expect({ code, err }).toEqual({
      code: 1,
      err: `Port ${port} of 127.0.0.1 is taken: stop what listens there, or take another one with --port.\n`,
    });
  });

  it("says in one line why it cannot start, also while nodes keep it waiting", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    await once(silent, "listening");
    const { port } = silent.address() as AddressInfo;
    const { code, out, err } = await runToEnd(GATEWAY, [], {
      MIROIR_NODES: `http://127.0.0.1:${port}`,
      MIROIR_HEALTH_TIMEOUT_MS: "300",
      MIROIR_TASK_STORE_BACKEND: "redis",
      MIROIR_TASK_STORE_URL: "redis://127.0.0.1:1",
    });
    silent.close();
    expect([code, out]).toEqual([1, ""]);
    expect(err).toBe("Redis cannot be reached (connect ECONNREFUSED 127.0.0.1:1)\n");
  });
});
