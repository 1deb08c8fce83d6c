import { CommanderError } from "commander";
import type { Io } from "./outcome.ts";
import { styled } from "./output.ts";
import { createProgram } from "./program.ts";
import { EXIT, UsageError } from "./usage.ts";

/** Does what the arguments say. @returns the exit code; throws nothing. */
export async function run(args: readonly string[], io: Io): Promise<number> {
  const { program, exitCode } = createProgram(io);
  try {
    await program.parseAsync([...args], { from: "user" });
    return exitCode();
  } catch (error) {
    return report(error, args, io);
  }
}

/** Errors of the parser whose text has been printed, or which is no text of an error. */
const SHOWN: ReadonlySet<string> = new Set(["commander.helpDisplayed", "commander.version"]);

/** By name: their classes would have to be loaded. */
const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && ["StoreError", "GatewayError"].includes(error.name)
    ? (error as Error & { readonly code: string }).code
    : undefined;

function report(error: unknown, args: readonly string[], { stdout, stderr }: Io): number {
  if (error instanceof CommanderError && SHOWN.has(error.code)) return EXIT.ok;
  const isUsage =
    error instanceof UsageError || error instanceof CommanderError || codeOf(error) === "invalid_argument";
  const code = codeOf(error) ?? (isUsage ? "usage" : "failed");
  const message = messageOf(error);
  if (args.includes("--json")) stdout.write(`${JSON.stringify({ error: { code, message } })}\n`);
  stderr.write(`${styled(stderr, "red", "miroir:")} ${message}\n`);
  if (isUsage) stderr.write("miroir --help says what there is.\n");
  return isUsage ? EXIT.usage : EXIT.failed;
}

function messageOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (!(error instanceof CommanderError)) return error.message;
  return error.code === "commander.help" ? "no command" : error.message.replace(/^error: /, "").replaceAll("\n", " ");
}
