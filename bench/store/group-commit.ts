import { readFileSync } from "node:fs";
import { systemClock } from "@miroir/store-contract";
import { createEngine, openDatabase, openSqliteStore } from "@miroir/store-sqlite";
import { compare } from "../measure.ts";

// Run by slow-disk.ts in a process whose syncs are slowed and counted: 64 writes one by one against 64 callers at once, as JSON.
// usage: group-commit.ts FOLDER FILE-OF-THE-COUNT

const [folder = "", countFile = ""] = process.argv.slice(2);
const CALLERS = 64;
const keys = Array.from({ length: CALLERS }, (_, i) => `gateway-${i}`);
const syncs = (): number => Number(readFileSync(countFile).readBigUInt64LE());

const database = openDatabase({ path: `${folder}/one-by-one.db`, synchronous: "FULL", clock: systemClock });
const engine = createEngine(database, { clock: systemClock, onCorruptRow: () => {} });
const store = await openSqliteStore({ path: `${folder}/grouped.db` });
const oneByOne = () => {
  for (const key of keys) engine.parts.gateways.heartbeat(key, "address", 10_000);
};
const atOnce = () => Promise.all(keys.map((key) => store.gateways.heartbeat(key, "address", 10_000)));

const variants = await compare(
  { "one by one": oneByOne, [`${CALLERS} callers of the store`]: atOnce },
  { rounds: 9, turnMs: 30 },
);
const TIMES = 20;
const before = syncs();
for (let i = 0; i < TIMES; i++) await atOnce();
const syncsPerWrite = (syncs() - before) / (TIMES * CALLERS);
await store.close();
database.close();
console.log(JSON.stringify({ variants, syncsPerWrite }));
