import type { Redis } from "ioredis";

/** Text, or bytes that are no UTF-8 as hex. */
type Bytes = string | { readonly hex: string };

interface DumpedKey {
  /** Without the prefix in braces and the colon. */
  readonly key: string;
  readonly type: "hash" | "zset" | "set" | "string";
  /** Fields and values, members and scores, members, or the value: in turn. */
  readonly content: readonly Bytes[];
}

/** Every key under a prefix: what any version of Redis can be given. */
export type RedisDump = readonly DumpedKey[];

const toBytes = (buffer: Buffer): Bytes => {
  const text = buffer.toString("utf8");
  return Buffer.from(text, "utf8").equals(buffer) ? text : { hex: buffer.toString("hex") };
};
const fromBytes = (bytes: Bytes): string | Buffer =>
  typeof bytes === "string" ? bytes : Buffer.from(bytes.hex, "hex");

const READ: Readonly<Record<DumpedKey["type"], readonly [command: string, ...args: string[]]>> = {
  hash: ["HGETALL"],
  zset: ["ZRANGE", "0", "-1", "WITHSCORES"],
  set: ["SMEMBERS"],
  string: ["GET"],
};

/** Reads all keys under `{prefix}:` but the answers kept for calls that are sent again. */
export async function dumpKeys(redis: Redis, prefix: string): Promise<RedisDump> {
  const head = `{${prefix}}:`;
  const keys = (await redis.keys(`${head}*`)).filter((key) => !key.startsWith(`${head}_replies`)).sort();
  const dump: DumpedKey[] = [];
  for (const key of keys) {
    const type = (await redis.type(key)) as DumpedKey["type"];
    const [command, ...args] = READ[type];
    const answer = await redis.callBuffer(command, key, ...args);
    const content = (Array.isArray(answer) ? answer : [answer]) as Buffer[];
    dump.push({ key: key.slice(head.length), type, content: content.map(toBytes) });
  }
  return dump;
}

const pairs = <T>(list: readonly T[]): [T, T][] =>
  Array.from({ length: list.length / 2 }, (_, i) => [list[2 * i] as T, list[2 * i + 1] as T]);

/** Writes the keys under another prefix. */
export async function loadKeys(redis: Redis, prefix: string, dump: RedisDump): Promise<void> {
  for (const { key, type, content } of dump) {
    const name = `{${prefix}}:${key}`;
    const values = content.map(fromBytes);
    if (type === "hash") await redis.call("HSET", name, ...values);
    else if (type === "set") await redis.call("SADD", name, ...values);
    else if (type === "string") await redis.call("SET", name, ...values);
    else await redis.call("ZADD", name, ...pairs(values).flatMap(([member, score]) => [score, member]));
  }
}
