import {
  CANARY_STATUSES,
  type CanaryAssertion,
  type CanaryRunRow,
  type CanaryStatus,
  canaryAssertions,
} from "@miroir/schema";
import { z } from "zod";
import type { WriteOptions } from "../fence.ts";
import { batchLimit, count, jsonOf, keyText } from "../input.ts";
import { type MethodSpecs, read, write } from "../methods.ts";
import { type Page, type PageRequest, pageRequest } from "../page.ts";

export interface CanaryRunInput {
  readonly canaryId: string;
  /** Unique within the canary: the same run recorded twice is one run. */
  readonly runId: string;
  readonly status: CanaryStatus;
  readonly latencyMs: number;
  /** `null` when it passed. */
  readonly failedAssertions: readonly CanaryAssertion[] | null;
}

/** What came of the canaries. Every method is one atomic step. May be lost with a failover of the backend. */
export interface CanaryRuns {
  /** Records a run that ended now, and keeps the newest `keep` of its canary. @throws not_found when there is no such canary. */
  record(run: CanaryRunInput, keep: number, options?: WriteOptions): Promise<CanaryRunRow>;
  /** Newest first. */
  list(canaryId: string, page: PageRequest): Promise<Page<CanaryRunRow>>;
  /** The newest run of each canary that has one, by canary id. */
  latest(page: PageRequest): Promise<Page<CanaryRunRow>>;
}

const run = z.strictObject({
  canaryId: keyText,
  runId: keyText,
  status: z.enum(CANARY_STATUSES),
  latencyMs: count,
  failedAssertions: jsonOf(canaryAssertions).nullable(),
});

export const canaryRunsMethods: MethodSpecs<CanaryRuns> = {
  record: write(run, batchLimit),
  list: read(keyText, pageRequest),
  latest: read(pageRequest),
};
