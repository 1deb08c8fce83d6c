import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { temporaryFolder } from "./support/miroir.ts";
import { runHere } from "./support/run-here.ts";

it("names every mistake of a configuration with its place", async () => {
  const config = join(temporaryFolder(), "miroir.yaml");
  writeFileSync(config, "shards: 70000\ntask_store: { backend: redis }\n");
  const { code, stdout } = await runHere(["config", "check", "--config", config, "--set", "server.port=x", "--json"]);
  expect(code).toBe(3);
  const places = JSON.parse(stdout).problems.map(({ subject }: { subject: string }) => subject);
  expect(places).toEqual(expect.arrayContaining(["shards", "--set server.port"]));
  const text = (await runHere(["config", "check", "--config", config])).stdout;
  expect(text).toMatch(/^The configuration has mistakes\.\nshards: /);
});

it("says that a configuration is right, and what is doubtful in it", async () => {
  const { code, stdout } = await runHere(["config", "check"], { MIROIR_MASTER_KEY: "short" });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^warning: master_key is shorter .*\nThe configuration is right\.\n$/);
});

it("prints what is in force, secrets as stars", async () => {
  const { code, stdout } = await runHere(["config", "print", "--set", "shards=7"], { MIROIR_MASTER_KEY: "hush-hush" });
  expect(code).toBe(0);
  expect(stdout).toMatch(/^shards: 7$/m);
  expect(stdout).toContain('master_key: "***"');
  expect(stdout).not.toContain("hush");
});
