import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { banner } from "../../src/banner.ts";
import { sendAndWait } from "../support/http.ts";
import { runToEnd } from "../support/processes.ts";
import { type Running, startRunning } from "../support/running.ts";

const demo = new URL("../../demo.ts", import.meta.url).pathname;
const KEY = "a-master-key-of-this-test";

const started: Running[] = [];
afterEach(async () => {
  for (const gateway of started.splice(0)) await gateway.close();
});

async function start(...args: Parameters<typeof startRunning>): Promise<Running> {
  const gateway = await startRunning(...args);
  started.push(gateway);
  return gateway;
}

it("the demo loads its films into a running gateway and finds some", async () => {
  const gateway = await start({ settings: [`master_key=${KEY}`], key: KEY });
  const { code, out, err } = await runToEnd(demo, [], { MIROIR_URL: gateway.address, MIROIR_MASTER_KEY: KEY });
  expect(err).toBe("");
  expect(code).toBe(0);
  expect(out).toContain("3201 of 3201");
  expect(out).toContain("→ 3 hits: Spider-Man 2 | Spider-Man 3 | Spider-Man");
  expect(out).not.toContain(KEY);
  const { body } = await gateway.send("POST", "/indexes/movies/search", { q: "spiderman" });
  expect(body.estimatedTotalHits).toBe(3);
}, 60_000);

it("the demo says what to run where no gateway answers", async () => {
  const gateway = await start();
  const { address } = gateway;
  await gateway.close();
  started.pop();
  const { code, err } = await runToEnd(demo, [], { MIROIR_URL: address });
  expect(code).toBe(1);
  expect(err).toContain("npm start");
});

it("a gateway on development nodes forgets the indexes of its last run, and says how many", async () => {
  const path = join(await mkdtemp(join(tmpdir(), "miroir-forgotten-")), "miroir.db");
  const first = await start({ path });
  expect(banner(first)).not.toContain("Left out");
  for (const uid of ["films", "books"]) await sendAndWait(first.send, "POST", `/indexes/${uid}/documents`, [{ id: 1 }]);
  await first.close();
  started.pop();
  const second = await start({ path });
  expect(banner(second)).toContain("Left out: 2 indexes of the last run");
  expect((await second.send("GET", "/indexes")).body.results).toEqual([]);
  expect((await second.send("GET", "/indexes/films/documents")).status).toBe(404);
  expect((await second.send("GET", "/tasks")).body.total).toBe(2);
});
