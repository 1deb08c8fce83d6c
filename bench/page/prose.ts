import type { Suite } from "../suites.ts";

export const INTRODUCTION = `This page is made by \`npm run bench -- page\` from the JSON that \`npm run bench -- save\` leaves in \`bench/results\`; no number here is
copied by hand. Every figure is a ratio between ways of doing one thing that took turns in one process, as the median over rounds with the
smallest and the largest in brackets. Absolute times are of no use on a machine that others use too; where the load in a line is
above the number of cores, they did. A line is called
unsteady where the largest ratio is more than three times the smallest: take it again on a quiet machine before it is believed. "By
hand" means statements prepared once on the driver itself, without checks or errors.`;

/** What the numbers do not say themselves, by suite. */
export const NOTES: Readonly<Record<Suite | "growth", string>> = {
  "store-sqlite": `What is in the numbers, and what remains:

- **Single calls.** A write of one statement runs without BEGIN and COMMIT: SQLite makes it a step by itself. Rows are decoded, and
  parameters bound, by code made once from the columns. No bare parameter stands after LIMIT, OFFSET or a comparison: the driver's SQLite
  (STAT4) would prepare the statement anew on each call, 10 to 20 µs.
- **Group commit.** 64 callers at once cost one sync, not 64. How much faster that is depends on the disk. Where a sync takes
  as long as the work of a commit, there is little to share; the lines with slower syncs show the same program on slower disks: a library before
  libc's makes each \`fsync\` and \`fdatasync\` wait (\`bench/store/slow-sync.c\`), and counts them.
- **Jobs.** A job's life is three commits. What they cost is the write-ahead log: each commit writes every page it changed, and the
  \`jobs\` table has eight indexes beside its key, so that lists, sweeps and counts never walk it. plainjob has one index, neither lease nor
  claim token, and keeps no result. The same statements prepared by hand on this table take as long as the engine; on a copy of the
  table with the due index alone they still take longer than plainjob's. A worker that uses \`completeAndClaim\`
  saves one of two commits. A profile of the engine shows two thirds of its time in COMMIT (\`node --cpu-prof\`). Two remedies were tried and
  left: \`seq\` as the table's rowid with two indexes fewer gains little for a rewrite of every user's table; a checkpoint after four times
  as many pages gains more, but with \`normal\` a power cut would take four times as many writes.
- **Event loop delay** is that of a whole idle process: a percentile of a few ms that any other process on the machine changes. What it
  stands for is measured through a gateway below.`,
  "search-under-writes": `The gateway runs as it does by \`npm start\`: its own process, three development nodes in it, SQLite with \`synchronous=FULL\`. Two
clients search one after another; beside them come 200 requests/s. The writes change an API key, so each is one commit and nothing on the
nodes. The line with reads shows what that many requests cost without a write.`,
  "store-redis": `Pipelines by hand write the hashes, sorted sets and counts that the store keeps, in one round trip. They are given what a script finds
out for itself (the time, a task's uid), and leave out what only a script can do: fencing, answers kept for calls that are sent again, and
the row as written in the answer. A get is one \`HGETALL\` in both; the store's looks at the type of every column, has a deadline, and is sent
again after a lost connection. By CPU profile (\`node --cpu-prof\`) three fifths of its time are the write to the socket, a tenth is the reading
of columns.`,
  queue: `Leases, claim tokens and attempts are on in ours and not in plainjob; BullMQ has locks of its own. "Over its thread" adds two messages
between threads to each call, which single calls pay for an event loop that never waits for the disk. Many workers share transactions:
the work of a job's three steps then remains, and each step is still a call with its own checks, its own row in the answer and up to seven
index entries. The goal of 8 × was set by a bare loop that claims in batches; the contract has no call that claims several jobs.`,
  growth: `Rows in each of the tables tasks, jobs and sessions. A call that costs by the page is a flat line. The memory is that of
the measuring process, which has the whole benchmark in it.`,
  "growth-sqlite": `\`jobs.counts\` grows with the jobs that wait, here half of them: SQLite counts entries of an index one by one. Completed jobs cost it
nothing. All else costs by the page.`,
  "growth-redis":
    "A million rows of each table take Redis minutes to be given, and more than a gigabyte; `--max 100000` measures up to fewer.",
  routing:
    "The time in ms is the machine's, under the load stated. The first way of each comparison is listed as what the judged one is held against.",
  gateway: `Load, gateway, peers and nodes share the cores of one machine, so what one of them takes another has not. \`wrk\` makes the
load of the first lines; nginx has one worker, as the gateway has one thread. What remains:

- **Document by id.** The gateway authorises, knows the index, finds the document's node, and takes the markers out of the answer; the
  others pass bytes on. It asks by the marker, through what all reads go through, so that a copy that lost what it had is never believed:
  that costs the node more than a read by the path, and the gateway more than the way of its own that such reads once had. By CPU profile
  most of the gateway's time goes into writing to sockets, then into undici's and Fastify's own work.
- **Search.** Nodes are asked for score details and for as many hits as the page ends at, which they take longer for than for a plain
  search. The profile counts reading the nodes' answers as merging.
- **Documents.** Nothing is handed to a node before the last byte of the body was read and checked, so the gateway's own work comes
  before the nodes' and not beside it. Three nodes on the cores of one pay the fixed cost of an indexing three times.`,
};
