import { PassThrough, Readable } from "node:stream";
import { run } from "../../src/run.ts";
import type { Ended } from "./miroir.ts";

/** Runs the program in this process, where nothing of it needs one of its own. `stdin` is what is piped into it. */
export async function runHere(args: readonly string[], env: Record<string, string> = {}, stdin = ""): Promise<Ended> {
  const output = { stdout: "", stderr: "" };
  const collect = (name: keyof typeof output) =>
    new PassThrough().setEncoding("utf8").on("data", (text: string) => {
      output[name] += text;
    }) as unknown as NodeJS.WriteStream;
  const code = await run(args, {
    env,
    stdin: Readable.from([stdin]),
    stdout: collect("stdout"),
    stderr: collect("stderr"),
  });
  // What was written last is still on its way.
  await new Promise(setImmediate);
  return { code, ...output };
}
