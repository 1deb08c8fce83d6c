import type { StoreError } from "@miroir/store-contract";
import { readCommandLine } from "./command-line.ts";
import type { Outcome } from "./commands/command.ts";
import { execute } from "./execute.ts";
import { type Streams, styled } from "./output.ts";
import type { Environment } from "./store-url.ts";
import { EXIT, USAGE, UsageError } from "./usage.ts";

/** Does what the arguments say. @returns the exit code; throws nothing. */
export async function run(args: readonly string[], io: Streams & { readonly env: Environment }): Promise<number> {
  const { stdout, env } = io;
  try {
    const line = readCommandLine(args);
    if (line.command === null) {
      stdout.write(USAGE);
      return EXIT.ok;
    }
    const { json, text, problems } = await execute(line.command, line, env, io);
    stdout.write(line.json ? `${JSON.stringify({ ...json, problems })}\n` : text);
    if (!line.json) for (const problem of problems) stdout.write(`${explain(problem, stdout)}\n`);
    return problems.length === 0 ? EXIT.ok : EXIT.problems;
  } catch (error) {
    return report(error, args, io);
  }
}

function explain({ table, key, problem }: Outcome["problems"][number], stdout: NodeJS.WriteStream): string {
  return `${styled(stdout, "red", [table, ...(key ?? [])].join(" "))}: ${problem}`;
}

/** By name: its class would have to be loaded. */
const isStoreError = (error: unknown): error is StoreError => error instanceof Error && error.name === "StoreError";

function report(error: unknown, args: readonly string[], { stdout, stderr }: Streams): number {
  const message = error instanceof Error ? error.message : String(error);
  const isUsage = error instanceof UsageError || (isStoreError(error) && error.code === "invalid_argument");
  const code = isStoreError(error) ? error.code : isUsage ? "usage" : "failed";
  if (args.includes("--json")) stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  stderr.write(`${styled(stderr, "red", "miroir:")} ${message}\n`);
  if (isUsage) stderr.write("miroir --help says what there is.\n");
  return isUsage ? EXIT.usage : EXIT.failed;
}
