import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { finished } from "node:stream/promises";
import { passwordOf, watchLog } from "./watched-log.ts";

export const GATEWAY = new URL("../../src/main.ts", import.meta.url).pathname;

/** Lines of levels below warning. */
const UNIMPORTANT = /^\{"level":[123]0,/;

/** What programs get of this process' environment: where programs are, and what a start need not compile again. */
const INHERITED = Object.fromEntries(
  ["PATH", "NODE_COMPILE_CACHE"].flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value]];
  }),
);

export type Started = {
  /** Where it listens. */
  readonly address: string;
  readonly pid: number;
  /** Ends it and resolves once it is gone. Again is no error. @throws Error when it had logged a secret */
  end(signal?: NodeJS.Signals): Promise<void>;
};

/**
 * Starts a program in a process of its own, as a user does, and resolves once it has printed where it listens.
 *
 * @throws Error with what it printed, when it ends before
 */
export async function startProcess(
  file: string,
  args: readonly string[] = [],
  env: Readonly<Record<string, string>> = {},
): Promise<Started> {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...INHERITED, MIROIR_LOG_LEVEL: "trace", ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "close");
  const { see, check } = watchLog(
    Object.entries(env).map(([name, value]) => (/_KEY$/.test(name) ? value : passwordOf(value))),
  );
  let printed = "";
  let complaint = "";
  let isStarted = false;
  createInterface({ input: child.stderr }).on("line", (line) => {
    see(line);
    if (!isStarted) complaint += `${line}\n`;
    if (process.env.TEST_LOG !== undefined || !UNIMPORTANT.test(line)) process.stderr.write(`${line}\n`);
  });
  for await (const chunk of child.stdout) {
    printed += chunk;
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
    if (address === undefined) continue;
    isStarted = true;
    return {
      address,
      pid: child.pid as number,
      async end(signal = "SIGTERM") {
        child.kill(signal);
        await ended;
        check();
      },
    };
  }
  await finished(child.stderr);
  throw new Error(`${file} ended: ${printed}${complaint}`);
}

/** Runs a program in a process of its own to its end. */
export function runToEnd(file: string, args: readonly string[] = [], env: Readonly<Record<string, string>> = {}) {
  return new Promise<{ code: number | null; out: string; err: string }>((resolve) => {
    const child = spawn(process.execPath, [file, ...args], { env: { ...INHERITED, ...env } });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk) => {
      out += chunk;
    });
    child.stderr.on("data", (chunk) => {
      err += chunk;
    });
    child.on("close", (code) => resolve({ code, out, err }));
  });
}
