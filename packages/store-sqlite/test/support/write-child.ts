import { openSqliteStore } from "../../src/index.ts";

// Creates tasks without end, eight at a time, and says the uid of each once it is acknowledged.
const store = await openSqliteStore({ path: process.argv[2] ?? "", worker: process.argv[3] === "worker" });
async function writeForEver(): Promise<never> {
  for (;;) {
    const { uid } = await store.tasks.create({ indexUid: "movies", type: "t", nodeTasks: {} });
    process.stdout.write(`${uid}\n`);
  }
}
await Promise.all(Array.from({ length: 8 }, writeForEver));
