import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { StoreError } from "@miroir/store-contract";
import { openAt, openFileClock, type Place } from "./place.ts";

// Takes the lease and a job, says `holds`, and writes with both until it has been refused so many times in a row of writes; then says
// `lost <tries>` and begins anew when it is told to. Being stopped and continued is nothing it could notice.
const [place = "", clockPath = "", scope = "", leaseMs = "", tries = ""] = process.argv.slice(2);
// Whoever started it is gone.
process.stdin.resume().once("end", () => process.exit());
const clock = openFileClock(clockPath);
const store = await openAt(JSON.parse(place) as Place, clock);

const say = (line: string): void => void process.stdout.write(`${line}\n`);

async function isRefused(write: Promise<unknown>): Promise<boolean> {
  try {
    await write;
    return false;
  } catch (error) {
    if (error instanceof StoreError && error.code === "not_holder") return true;
    // Whoever stops a writer inside its transaction keeps others waiting; they may give up, and have written nothing.
    if (error instanceof StoreError && error.code === "unavailable") return false;
    throw error;
  }
}

for (let version = 1; ; ) {
  const { acquired, lease } = await store.leaderLease.acquire(scope, "child", Number(leaseMs));
  const job = acquired ? await store.jobs.claim("child", ["work"], Number(leaseMs)) : null;
  if (job === null) {
    await pause(1);
    continue;
  }
  say("holds");
  const fence = { scope, epoch: lease.epoch };
  const writes = [
    () => store.leaderLease.saveState(scope, lease.epoch, { by: "child", version }),
    () => store.nodeSettingsVersion.advance("index", "child", version++, { fence }),
    () => store.jobs.heartbeat(job.id, job.claimToken, { by: "child", version }),
    () => store.leaderLease.renew(scope, "child", lease.epoch, Number(leaseMs)),
  ];
  let refused = 0;
  while (refused < Number(tries)) {
    for (const write of writes) if (await isRefused(write())) refused++;
    // So that it is stopped outside of a transaction most of the time, and inside of one now and then.
    if (refused === 0) await pause(5);
  }
  const ended = [
    () => store.jobs.complete(job.id, job.claimToken, "late"),
    () => store.jobs.fail(job.id, job.claimToken, { message: "late", code: "c", type: "t", link: "" }, 0),
    () => store.leaderLease.release(scope, "child", lease.epoch),
  ];
  for (const write of ended) if (await isRefused(write())) refused++;
  say(`lost ${refused}`);
  await once(process.stdin, "data");
}
