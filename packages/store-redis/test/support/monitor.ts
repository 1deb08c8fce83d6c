import type { Redis } from "ioredis";
import { SCRIPTS } from "../../src/scripts.ts";

/** One run of a script, as the server saw it. */
interface SeenRun {
  readonly script: string;
  readonly keys: readonly string[];
  /** The commands of the script, name first. */
  readonly commands: string[][];
}

/** Commands of scripts that take no key. */
const KEYLESS = new Set(["TIME", "PUBLISH"]);
/** Commands of scripts whose first argument is their only key. */
const ONE_KEY = new Set([
  ...["HGETALL", "HGET", "HMGET", "HSET", "HSETNX", "HDEL", "HINCRBY", "HLEN", "EXISTS", "DEL", "PEXPIRE"],
  ...[
    "ZADD",
    "ZREM",
    "ZCARD",
    "ZCOUNT",
    "ZSCORE",
    "ZRANGE",
    "ZREVRANGE",
    "ZRANGEBYSCORE",
    "ZREVRANGEBYSCORE",
    "ZRANGEBYLEX",
  ],
]);

/** The key that a command touches; `null` for none. @throws Error for a command not known here, which may take more than one key. */
export function keyOf([command = "", ...args]: readonly string[]): string | null {
  const name = command.toUpperCase();
  if (KEYLESS.has(name)) return null;
  if (ONE_KEY.has(name) && (name !== "DEL" || args.length === 1) && args[0] !== undefined) return args[0];
  throw new Error(`which keys ${name} takes is not known`);
}

/** Watches what scripts do on a server, of keys with this head. `settle` resolves when all that was sent before has been seen. */
export async function watchScripts(redis: Redis, head: string) {
  const sha = new Map(
    await Promise.all(
      [...SCRIPTS.values()].map(async ({ name, lua }) => [String(await redis.script("LOAD", lua)), name] as const),
    ),
  );
  const text = new Map([...SCRIPTS.values()].map(({ name, lua }) => [lua, name]));
  const runs: SeenRun[] = [];
  let current: SeenRun | null = null;
  let seenMark = () => {};
  const monitor = await redis.monitor();
  monitor.on("monitor", (_time: string, args: string[], source: string) => {
    const [command = "", ...rest] = args;
    if (source === "lua") {
      current?.commands.push(args);
      return;
    }
    current = null;
    if (command.toLowerCase() === "echo" && rest[0] === "seen") seenMark();
    if (!command.toLowerCase().startsWith("eval")) return;
    const script = sha.get(rest[0] ?? "") ?? text.get((rest[0] ?? "").replaceAll("\\n", "\n"));
    const keys = rest.slice(2, 2 + Number(rest[1]));
    if (script === undefined || !keys.every((key) => key.startsWith(head))) return;
    current = { script, keys, commands: [] };
    runs.push(current);
  });
  return {
    runs,
    async settle(): Promise<void> {
      const seen = new Promise<void>((resolve) => {
        seenMark = resolve;
      });
      await redis.echo("seen");
      await seen;
    },
    stop: () => monitor.disconnect(),
  };
}
