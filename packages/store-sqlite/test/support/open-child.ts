import { openSqliteStore } from "../../src/index.ts";

// Opens the file it is given, creates a task, and says its uid.
const store = await openSqliteStore({ path: process.argv[2] ?? "", worker: false });
const { uid } = await store.tasks.create({ indexUid: null, type: "t", nodeTasks: {} });
await store.close();
process.stdout.write(String(uid));
