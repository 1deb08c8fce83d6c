/** What is not as it should be with the answer of one request: its `X-Miroir-Degraded`. */
export interface Degradation {
  /** Says which shards one of its reads needed, which of them nobody could answer for, and which only replicas that miss a write. */
  note(read: ShardNote): void;
  /** Says that nodes did not answer which the answer would have to count in, as statistics do. */
  noteSilent(nodes: readonly string[]): void;
  /**
   * The value of the header: of each thing that is not as it should be its reason and what it is about, with a comma between two.
   * `null` when all is well.
   */
  describe(): string | null;
}

export interface ShardNote {
  readonly needed: readonly number[];
  readonly missing: readonly number[];
  readonly stale: readonly number[];
}

export function createDegradation(): Degradation {
  const needed = new Set<number>();
  const missing = new Set<number>();
  const stale = new Set<number>();
  const silent = new Set<string>();
  return {
    note(read) {
      for (const shard of read.needed) needed.add(shard);
      for (const shard of read.missing) missing.add(shard);
      for (const shard of read.stale) stale.add(shard);
    },
    noteSilent(nodes) {
      for (const node of nodes) silent.add(node);
    },
    describe() {
      const parts: string[] = [];
      if (missing.size > 0) {
        // Rounded down, so that it is 1 only where nothing is missing.
        const coverage = Math.floor((1 - missing.size / needed.size) * 10_000) / 10_000;
        parts.push(`reason=unavailable_shards; shards=${listed(missing)}; coverage=${coverage.toFixed(4)}`);
      }
      if (stale.size > 0) parts.push(`reason=stale_replicas; shards=${listed(stale)}; coverage=1.0000`);
      if (silent.size > 0) parts.push(`reason=silent_nodes; nodes=${[...silent].sort().join(",")}`);
      return parts.length > 0 ? parts.join(", ") : null;
    },
  };
}

function listed(shards: ReadonlySet<number>): string {
  return [...shards].sort((a, b) => a - b).join(",");
}
