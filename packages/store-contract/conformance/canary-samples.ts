import type { CanaryInput } from "../src/tables/canaries.ts";

export const canary = (id: string, over: Partial<CanaryInput> = {}): CanaryInput => ({
  id,
  name: "first hit",
  indexUid: "movies",
  intervalMs: 60_000,
  query: { q: "carol", limit: 1 },
  assertions: [{ type: "firstHit", id: 42 }],
  enabled: true,
  ...over,
});
export const run = (canaryId: string, runId: string) => ({
  canaryId,
  runId,
  status: "fail" as const,
  latencyMs: 12,
  failedAssertions: [{ type: "firstHit", id: 42 }],
});
