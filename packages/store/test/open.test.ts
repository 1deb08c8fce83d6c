import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";

/** What a process loads that opens a store in memory. */
const PROGRAM = `
import { registerHooks } from "node:module";
const loaded = [];
registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context);
    loaded.push(found.url);
    return found;
  },
});
const { openStore } = await import(process.argv[1]);
const store = await openStore({ backend: "sqlite", path: ":memory:" });
await store.close();
console.log(JSON.stringify(loaded));
`;

it("loads no Redis client for a store in SQLite", { timeout: 60_000 }, () => {
  const index = new URL("../src/index.ts", import.meta.url).href;
  const output = execFileSync("node", ["--input-type=module", "-e", PROGRAM, index], { encoding: "utf8" });
  const loaded: string[] = JSON.parse(output);
  const of = (name: string) => loaded.filter((url) => url.includes(name));
  expect(of("better-sqlite3").length).toBeGreaterThan(0);
  expect([...of("ioredis"), ...of("store-redis")]).toEqual([]);
});
