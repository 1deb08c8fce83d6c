/** What a script can tell from how the program ended. */
export const EXIT = {
  ok: 0,
  /** It could not be done. */
  failed: 1,
  /** It was not asked for in a way that can be understood. */
  usage: 2,
  /** It was done, and what it looked at is not as it should be. */
  problems: 3,
} as const;

/** What was asked for cannot be understood; nothing was done. */
export class UsageError extends Error {
  override readonly name = "UsageError";
}

export const USAGE = `Usage: miroir store <command> [options]

  stats    what a store holds: rows, tasks, jobs
  check    reads every row, and compares it with what the store derives from it
  backup   copies a store into a new SQLite file:   --to FILE
  copy     copies a store into another:             --from STORE --to STORE
             --overwrite   deletes what the other holds first
             --resume      goes on with a copy that was interrupted

  --store STORE   the store of stats, check and backup; the gateway's own unless told
  --config FILE   the gateway's settings, of which task_store is read
  --tls-ca-file FILE, --tls-cert-file FILE, --tls-key-file FILE
                  whose certificates a Redis with TLS may have, and the one to show it
  --json          one JSON object on stdout
  --help

A store is one of
  sqlite:PATH
  redis://[user:password@]host[:port][/database]
  redis+sentinel://[user:password@]host[:port],host…[/database]?name=MASTER
  redis+cluster://[user:password@]host[:port],host…
  env:NAME        for an environment variable that holds one of these
with rediss for TLS, valkey or valkeys for redis or rediss, and ?prefix=NAME (&prefix= after another) where it is not miroir. The
gateway's own is what --config and MIROIR_TASK_STORE_* say, else sqlite:./data/miroir.db. Nobody may write to a store while it is copied.

Exit codes: 0 done, 1 failed, 2 not understood, 3 problems were found.
`;
