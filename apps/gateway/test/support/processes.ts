import { spawn } from "node:child_process";
import { once } from "node:events";
import { finished } from "node:stream/promises";

export const GATEWAY = new URL("../../src/main.ts", import.meta.url).pathname;

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
  /** Ends it and resolves once it is gone. Again is no error. */
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
    env: { ...INHERITED, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const ended = once(child, "exit");
  let printed = "";
  let complaint = "";
  const keep = (chunk: string) => {
    complaint += chunk;
  };
  child.stderr.setEncoding("utf8").on("data", (chunk) => process.stderr.write(chunk));
  child.stderr.on("data", keep);
  for await (const chunk of child.stdout) {
    printed += chunk;
    const address = /http:\/\/127\.0\.0\.1:\d+/.exec(printed)?.[0];
    if (address === undefined) continue;
    child.stderr.off("data", keep);
    return {
      address,
      pid: child.pid as number,
      async end(signal = "SIGTERM") {
        child.kill(signal);
        await ended;
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
