import { Cluster, type Redis } from "ioredis";
import type { Connection } from "./connection.ts";
import type { Keys } from "./keys.ts";

const escapePattern = (text: string): string => text.replaceAll(/[\\*?[\]]/g, "\\$&");

async function hasKeys(node: Redis, pattern: string): Promise<boolean> {
  let cursor = "0";
  do {
    const [next, found] = await node.scan(cursor, "MATCH", pattern, "COUNT", 1000);
    if (found.length > 0) return true;
    cursor = next;
  } while (cursor !== "0");
  return false;
}

/**
 * Whether anything is kept under the prefix. The one walk over a server's keys, at the first opening of a prefix only: afterwards
 * the schema's version is there. It is done in small steps.
 */
export async function isPrefixInUse(connection: Connection, { head }: Keys): Promise<boolean> {
  const nodes = connection instanceof Cluster ? connection.nodes("master") : [connection];
  const found = await Promise.all(nodes.map((node) => hasKeys(node, `${escapePattern(head)}*`)));
  return found.includes(true);
}
