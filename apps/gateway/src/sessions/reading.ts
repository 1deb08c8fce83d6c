/** How a session's reads of one index have to be answered, so that they show what the session wrote. */
export interface Reading {
  /** The replica group to read from first. */
  readonly group: number | null;
  /** Whether the node's copy of the shard may be without the session's last write. Such copies are read only where no other is left. */
  readonly lacks: (node: string, shard: number) => boolean;
  /** When this gateway first knew that the write was done, ms: what it has read before may be older than the write. */
  readonly doneAt: number;
}
