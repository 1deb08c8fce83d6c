/** One thing that `X-Miroir-Degraded` says of an answer. */
export interface Flag {
  readonly reason: string;
  readonly shards: readonly number[];
  /** `null` where none is told. */
  readonly coverage: string | null;
  readonly nodes: readonly string[];
}

const FLAG =
  /^reason=([a-z_]+)(?:; shards=(\d+(?:,\d+)*); coverage=([01]\.\d{4}))?(?:; nodes=([^;\s]+))?(?:; groups=[\d,]+)?$/;

/** All that the header says, nothing where there is none; `null`: it cannot be read, or says nothing. */
export function readFlags(header: string | null): readonly Flag[] | null {
  const flags: Flag[] = [];
  for (const part of header?.split(/, (?=reason=)/) ?? []) {
    const [, reason, shards, coverage, nodes] = FLAG.exec(part) ?? [];
    if (reason === undefined || (shards === undefined && nodes === undefined)) return null;
    flags.push({
      reason,
      shards: shards?.split(",").map(Number) ?? [],
      coverage: coverage ?? null,
      nodes: nodes?.split(",") ?? [],
    });
  }
  return flags;
}

/** The shards that flags of that reason name. */
export const namedShards = (flags: readonly Flag[], reason: string): ReadonlySet<number> =>
  new Set(flags.flatMap((flag) => (flag.reason === reason ? flag.shards : [])));
