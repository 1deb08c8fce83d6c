import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "@miroir/store-contract";
import { createRandom } from "../random.ts";
import { openAt, type Place } from "./place.ts";

// Claims jobs and completes them, by the machine's own time, until it is killed. Says `c <job> <worker>` for each it has completed.
const [place = "", worker = "", leaseMs = "", seed = ""] = process.argv.slice(2);
// Whoever started it is gone.
process.stdin.resume().once("end", () => process.exit());
const MAX_WORK_MS = 15;
const store = await openAt(JSON.parse(place) as Place);
const random = createRandom(Number(seed));

for (;;) {
  await store.jobs.requeueExpired(10);
  const job = await store.jobs.claim(worker, ["work"], Number(leaseMs));
  if (job === null) {
    await pause(5);
    continue;
  }
  try {
    await pause(random.below(MAX_WORK_MS));
    await store.jobs.heartbeat(job.id, job.claimToken, { worker });
    await pause(random.below(MAX_WORK_MS));
    await store.jobs.complete(job.id, job.claimToken, worker);
    process.stdout.write(`c ${job.id} ${worker}\n`);
  } catch (error) {
    // Too slow on a busy machine: another has the job.
    if (!(error instanceof StoreError && error.code === "not_holder")) throw error;
  }
}
