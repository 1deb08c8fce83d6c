/** What is known of one document in one copy of a shard. */
export interface CopiedDocument {
  /** Of its content, markers included. */
  readonly hash: bigint;
  /** Its place in insertion order, which grows with every write; empty where the index keeps none. */
  readonly sequence: string;
}

/** A node's copy of a shard, by document id. */
export interface ShardCopy {
  readonly node: string;
  readonly documents: ReadonlyMap<string, CopiedDocument>;
}

/** What a node has to be given and what has to be taken from it, so that its copy is what it should be. */
export interface CopyChange {
  readonly node: string;
  /** Ids to copy, by the node that has them. */
  readonly copy: ReadonlyMap<string, readonly string[]>;
  readonly remove: readonly string[];
}

/** How a copy becomes what another one is. */
export function planFill(source: ShardCopy, target: ShardCopy): CopyChange {
  const differing = [...source.documents].flatMap(([id, { hash }]) =>
    target.documents.get(id)?.hash === hash ? [] : [id],
  );
  return {
    node: target.node,
    copy: new Map(differing.length > 0 ? [[source.node, differing]] : []),
    remove: [...target.documents.keys()].filter((id) => !source.documents.has(id)),
  };
}

/**
 * How copies become equal of which none is known to miss anything: what was acknowledged is in all of them, or a hint would say so, and
 * what differs was never acknowledged or was done behind the gateway. Any choice is right; this one is the same whoever makes it, and
 * keeps what is newer. Whether a document is there, most copies say, and in a tie it is: one too many can be deleted again. With
 * `keepsAll` one copy is enough. What it is says the highest sequence, then most copies, then the first.
 *
 * @param copies in the placement's order
 */
export function planAgreement(copies: readonly ShardCopy[], keepsAll = false): CopyChange[] {
  const changes = copies.map(({ node }) => ({ node, copy: new Map<string, string[]>(), remove: [] as string[] }));
  const ids = new Set(copies.flatMap(({ documents }) => [...documents.keys()]));
  for (const id of ids) {
    const versions = copies.map(({ documents }) => documents.get(id));
    const [first] = versions;
    if (versions.every((version) => version?.hash === first?.hash)) continue;
    const winner = winnerOf(versions, keepsAll);
    const from = copies[versions.findIndex((version) => version !== undefined && version.hash === winner?.hash)]?.node;
    versions.forEach((version, at) => {
      const change = changes[at];
      if (!change || version?.hash === winner?.hash) return;
      if (from === undefined) change.remove.push(id);
      else {
        const list = change.copy.get(from) ?? [];
        list.push(id);
        change.copy.set(from, list);
      }
    });
  }
  return changes;
}

/** `undefined` where the document is not to be there. */
function winnerOf(versions: readonly (CopiedDocument | undefined)[], keepsAll: boolean): CopiedDocument | undefined {
  const present = versions.filter((version) => version !== undefined);
  const absent = versions.length - present.length;
  if (!keepsAll && present.length < absent) return undefined;
  // Of one length, so that the order of the texts is that of the numbers.
  const newest = present
    .map(({ sequence }) => sequence)
    .sort()
    .at(-1);
  const candidates = present.filter(({ sequence }) => sequence === newest);
  const count = ({ hash }: CopiedDocument) => candidates.filter((other) => other.hash === hash).length;
  return candidates.reduce((best, next) => (count(next) > count(best) ? next : best));
}

export const isEmptyChange = ({ copy, remove }: CopyChange): boolean => copy.size === 0 && remove.length === 0;
