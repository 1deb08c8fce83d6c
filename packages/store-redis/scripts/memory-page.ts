// Prints docs/redis-memory.md from what rows take in a real Redis: `npm run docs:redis-memory`.
import { startServer } from "../test/support/redis.ts";
import { LOAD, measureMemory, type TableFigures } from "./memory/figures.ts";

/** Of each table. A power of two's worth of buckets nearly full, as are those of the test's smaller number. */
const ROWS = 4000;
/** What the design expected of the representative load, in bytes. */
const EXPECTED_BYTES = 2_800_000;

const server = await startServer(["--appendonly", "no"]);
try {
  process.stdout.write(page(await measureMemory(server.url, ROWS)));
} finally {
  await server.stop();
}

function page({ server: version, tables, beside, load }: Awaited<ReturnType<typeof measureMemory>>): string {
  const runs = load.tables.find(({ table }) => table === "canary_runs");
  const runBytes = (runs?.bytes ?? 0) + (runs?.indexBytes ?? 0);
  return `# What the tables take in Redis

<!-- Written by \`npm run docs:redis-memory\` from packages/store-redis/scripts; change it there. -->

Measured on Redis ${version}, ${count(ROWS)} rows of each table, with \`MEMORY USAGE … SAMPLES 0\`: a key's name, its value, and the server's own
entry for it. Other versions and allocators differ by some per cent.

## Rows and their index entries

Each row is a hash, and stands in one or more sorted sets by which it is listed, found and swept. *In all* is what one more row takes.

${markdownTable(
  ["table", "a row here holds", "bytes per row", "index entries per row", "bytes per entry", "in all"],
  tables.map((row) => [
    `\`${row.table}\``,
    row.holds,
    count(row.bytesPerRow),
    // Some rows stand in an index only in some states.
    decimal(row.entriesPerRow),
    count(row.bytesPerEntry),
    count(inAll(row)),
  ]),
)}
A row whose texts all have 64 bytes or less is packed into one piece of memory; one longer text (node tasks, a query, a body) unpacks it, and
then each field takes some dozen bytes of its own. That is why a short row takes a fourth of a long one. Sorted sets of up to 128 keys are packed as
well: small tables take less for their index entries than stated here.

## Keys that are not rows

${markdownTable(
  ["key", "what for", "bytes"],
  [
    ["`{miroir}:_schema`", "the layout's version, once", count(beside.schema)],
    [
      "`{miroir}:_replies:<handle>`",
      "the last answers of the runs of scripts under way at once, for every open gateway; gone when it closes, or an hour after its last write",
      `${count(beside.perAnswer)} per answer to a session's write`,
    ],
    [
      "`{miroir}:task_counts:…`",
      "how many tasks there are, per status, type and index",
      `${count(beside.perTaskCount)} per count`,
    ],
  ],
)}
Rows of \`counters\` (the next task uid and the like) and \`cdc_overflow_sinks\` (one for each sink) are as few. The scripts' texts are kept once by the
server, not by the store.

## The representative load

${LOAD.indexes} indexes on ${LOAD.nodes} nodes, an alias for each, ${count(LOAD.sessions)} sessions, ${count(LOAD.tasks)} tasks, ${LOAD.canaries} canaries with ${count(LOAD.runs)} runs each, ${LOAD.tenants} tenants, ${LOAD.policies} rollover
policies; rows as above.

${markdownTable(
  ["table", "rows", "bytes of rows", "bytes of indexes"],
  [...load.tables]
    .sort((a, b) => b.bytes + b.indexBytes - a.bytes - a.indexBytes)
    .map(({ table, rows, bytes, indexBytes }) => [`\`${table}\``, count(rows), count(bytes), count(indexBytes)]),
)}
| | MB |
| --- | --- |
| all keys | ${megabytes(load.bytes)} |
| by how much the server's \`used_memory\` grew | ${megabytes(load.serverBytes)} |
| expected when this was designed | about ${megabytes(EXPECTED_BYTES)} |

It is more than was expected because of the canaries' runs: they are ${megabytes(runBytes)} MB of it, half of that in the two sorted sets
that each run stands in; without them the load takes ${megabytes(load.bytes - runBytes)} MB.

## How it grows

With the number of rows, in a straight line; nothing else grows with time. One table's memory is *in all* times its rows:

${markdownTable(
  ["of these", "MB"],
  (
    [
      ["tasks", 100_000],
      ["sessions", 100_000],
      ["idempotency_cache", 100_000],
      ["canary_runs", 100_000],
      ["jobs", 10_000],
      ["cdc_overflow", 10_000],
    ] as const
  ).map(([table, rows]) => [`${count(rows)} rows of \`${table}\``, megabytes(rows * inAll(rowOf(tables, table)))]),
)}
Longer texts than those above take their own length on top: bodies, events, queries, configurations; a task's part on one more node is a text of
about 45 bytes.

What ends by itself is deleted by a sweep after its deadline: sessions, idempotency keys, log-ins, rate limits, heartbeats. Tasks, finished jobs and
events stay until they are pruned; a canary keeps so many runs as it is told to.

## How large to make it

1. Add up *in all* × the most rows you expect of each table.
2. Double it: while Redis rewrites its append-only file or takes a snapshot, pages that change are held twice, and memory that was freed in pieces
   is not given back at once.
3. Add 50 MB for the server itself, its clients' buffers and the scripts.

\`miroir store stats\` tells the rows of a running store. For the load above the sum is ${megabytes(2 * load.serverBytes + 50e6)} MB. Set \`maxmemory\` to three quarters
of the machine's memory at most.

## What to set

    maxmemory-policy noeviction
    appendonly yes
    appendfsync everysec

- \`noeviction\`: every other policy lets Redis delete rows when memory is short, acknowledged ones and those others point to. With it, writes that need
  more memory are refused with \`unavailable\`, and deletes go on. Opening the store warns when it is set otherwise.
- \`appendonly yes\` (opening warns of \`no\`): without it a restart loses what was written since the last snapshot. \`everysec\` may lose a second's writes when the machine dies,
  \`always\` none.
- [\`start-redis.sh\`](../packages/store-redis/README.md#what-may-be-lost) starts a server that was killed: without it, Redis may carry out half a step.
`;
}

function inAll({ bytesPerRow, entriesPerRow, bytesPerEntry }: TableFigures): number {
  return bytesPerRow + entriesPerRow * bytesPerEntry;
}

function rowOf(tables: readonly TableFigures[], name: string): TableFigures {
  const found = tables.find(({ table }) => table === name);
  if (found === undefined) throw new Error(`${name} was not measured`);
  return found;
}

function count(value: number): string {
  return Math.round(value).toLocaleString("en-US");
}

function decimal(value: number): string {
  return String(Number(value.toFixed(1)));
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  return [header, header.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |\n`).join("");
}
