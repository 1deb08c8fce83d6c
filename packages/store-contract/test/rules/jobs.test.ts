import type { JobRow } from "@miroir/schema";
import {
  canceledJobRow,
  claimedJobRow,
  completedJobRow,
  failedJobRow,
  hasEndedClaim,
  heartbeatRow,
  holdsClaim,
  isJobFinished,
  isSameJob,
  newJobRow,
  requeuedJobRow,
} from "@miroir/store-contract";
import fc from "fast-check";
import { describe, expect, it } from "vitest";

const error = { message: "m", code: "c", type: "t", link: "" };
const queued = (over = {}): JobRow => newJobRow({ type: "t", params: { a: 1 }, ...over }, "job", 0, 1000);
const steps = fc.array(fc.constantFrom("claim", "heartbeat", "complete", "fail", "retry", "cancel", "expire"), {
  maxLength: 20,
});

describe("a job", () => {
  it("keeps its states apart, whatever happens to it", () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 3 }), (happenings, maxAttempts) => {
        let row = queued({ maxAttempts });
        let now = 1000;
        let claims = 0;
        for (const step of happenings) {
          now += 1;
          const token = row.claimToken ?? "";
          const holds = holdsClaim(row, token, now);
          if (step === "claim" && row.state === "queued") row = claimedJobRow(row, "w", `token-${claims++}`, 50, now);
          if (step === "heartbeat" && holds) row = heartbeatRow(row, { now }, now);
          if (step === "complete" && holds) row = completedJobRow(row, null, now);
          if (step === "fail" && holds) row = failedJobRow(row, error, null, now);
          if (step === "retry" && holds) row = failedJobRow(row, error, now, now);
          if (step === "cancel" && !isJobFinished(row.state)) row = canceledJobRow(row, now);
          if (step === "expire" && row.state === "in_progress") {
            now = (row.claimExpiresAt ?? 0) + 1;
            expect(holdsClaim(row, row.claimToken ?? "", now)).toBe(false);
            row = requeuedJobRow(row, now);
          }
          expect(row.attempts).toBe(claims);
          expect(row.attempts).toBeLessThanOrEqual(maxAttempts);
          expect(row.finishedAt !== null).toBe(isJobFinished(row.state));
          expect(row.claimExpiresAt !== null).toBe(row.state === "in_progress");
          expect(row.claimedBy !== null).toBe(row.state === "in_progress");
        }
      }),
    );
  });

  it("knows again the token that ended its claim, and no other", () => {
    const claimed = claimedJobRow(queued(), "w", "token", 50, 1000);
    expect(hasEndedClaim(claimed, "token", "complete")).toBe(false);
    expect(hasEndedClaim(claimed, "token", "fail")).toBe(false);
    const done = completedJobRow(claimed, 1, 1001);
    expect(hasEndedClaim(done, "token", "complete")).toBe(true);
    expect(hasEndedClaim(done, "other", "complete")).toBe(false);
    expect(hasEndedClaim(done, "token", "fail")).toBe(false);
    for (const retryAt of [null, 1010]) {
      const failed = failedJobRow(claimed, error, retryAt, 1001);
      expect(hasEndedClaim(failed, "token", "fail")).toBe(true);
      expect(hasEndedClaim(failed, "token", "complete")).toBe(false);
    }
    for (const lost of [requeuedJobRow(claimed, 1050), canceledJobRow(claimed, 1001)]) {
      expect(hasEndedClaim(lost, "token", "fail")).toBe(false);
      expect(holdsClaim(lost, "token", 1001)).toBe(false);
    }
  });

  it("is the same job by type and params, whatever the order of keys", () => {
    const row = queued({ params: { a: 1, b: { c: [2] } } });
    expect(isSameJob(row, { type: "t", params: { b: { c: [2] }, a: 1 } })).toBe(true);
    expect(isSameJob(row, { type: "u", params: row.params })).toBe(false);
    expect(isSameJob(row, { type: "t", params: { a: 1, b: { c: [2, 3] } } })).toBe(false);
  });
});
