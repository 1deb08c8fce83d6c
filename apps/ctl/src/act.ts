import type { Command } from "commander";
import type { Io, Outcome, Surroundings } from "./outcome.ts";
import { styled } from "./output.ts";
import { createProgress } from "./progress.ts";
import { EXIT } from "./usage.ts";

/** Lets a command do something once its arguments are understood: print what `work` returns, as text or with `--json`. */
export type Act = <Options extends object, Args extends readonly unknown[]>(
  command: Command,
  work: (options: Options, args: Args, surroundings: Surroundings) => Promise<Outcome>,
) => Command;

/** `exitCode` is what the command that ran has to say, once it has ended. */
export function createAct(io: Io): { readonly act: Act; exitCode(): number } {
  let exitCode: number = EXIT.ok;

  const act: Act = (command, work) =>
    command.option("--json", "one JSON object on stdout").action(async (...given: unknown[]) => {
      // The parser passes the arguments, then the options, then the command.
      const args = given.slice(0, -2) as unknown as Parameters<typeof work>[1];
      const options = command.opts() as Parameters<typeof work>[0] & { readonly json?: boolean };
      const progress = createProgress(io.stderr);
      const outcome = await work(options, args, { ...io, progress }).finally(progress.end);
      show(outcome, options.json === true, io);
      exitCode = outcome.problems.length === 0 ? EXIT.ok : EXIT.problems;
    });

  return { act, exitCode: () => exitCode };
}

function show({ json, text, problems }: Outcome, isJson: boolean, { stdout }: Io): void {
  if (isJson) {
    const told = problems.map(({ json: whole, ...problem }) => whole ?? problem);
    stdout.write(`${JSON.stringify({ ...json, problems: told })}\n`);
    return;
  }
  stdout.write(text);
  for (const { subject, problem } of problems) stdout.write(`${styled(stdout, "red", subject)}: ${problem}\n`);
}
