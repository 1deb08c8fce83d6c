import { cp, glob, mkdtemp, rm, stat, truncate } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startServer } from "@miroir/store-redis/test-servers";
import { expect, it } from "vitest";
import { checkStore, openStore } from "../../src/index.ts";
import { createRandom, SEED } from "./random.ts";

/** Of the bytes at which a step can be torn, how many are tried; all in the long form. */
const CUTS = process.env.MIROIR_TEST_DEEP === undefined ? 8 : Number.POSITIVE_INFINITY;
const ARGS = ["--appendonly", "yes", "--appendfsync", "always"];
const task = { indexUid: "movies", type: "t", nodeTasks: {} } as const;

async function writtenFile(folder: string): Promise<string> {
  for await (const name of glob("appendonlydir/*.incr.aof", { cwd: folder })) return join(folder, name);
  throw new Error(`no append-only file in ${folder}`);
}

it("a step that a kill of Redis tore is not there after the next start, nor after the one that follows it", {
  timeout: 600_000,
}, async () => {
  const random = createRandom(SEED);
  const server = await startServer(ARGS);
  const store = await openStore({ backend: "redis", url: server.url });
  const { uid } = await store.tasks.create(task);
  const file = await writtenFile(server.folder);
  const whole = (await stat(file)).size;
  await store.tasks.transition(uid, { status: "processing" });
  const torn = (await stat(file)).size - whole;
  await server.kill();
  await store.close();

  const cuts = Array.from({ length: torn }, (_, at) => at);
  while (cuts.length > CUTS) cuts.splice(random.below(cuts.length), 1);
  for (const cut of cuts) {
    const folder = await mkdtemp(join(tmpdir(), "miroir-torn-"));
    await cp(server.folder, folder, { recursive: true });
    await truncate(await writtenFile(folder), whole + cut);
    let again = await startServer(ARGS, { folder });
    try {
      for (const tasks of [1, 2]) {
        const reopened = await openStore({ backend: "redis", url: again.url });
        const where = `seed ${SEED}, cut ${cut} of ${torn}, start ${tasks}`;
        expect((await checkStore(reopened)).problems, where).toEqual([]);
        expect(await reopened.tasks.countByStatus(), where).toMatchObject({ enqueued: tasks, processing: 0 });
        await reopened.tasks.create(task);
        await reopened.close();
        await again.kill();
        again = await again.again();
      }
    } finally {
      await again.stop();
    }
  }
  await rm(server.folder, { recursive: true });
});
