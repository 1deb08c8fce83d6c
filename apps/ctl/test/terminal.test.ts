import { spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CACHE, filledFile, MAIN, temporaryFolder } from "./support/miroir.ts";

const hasScript = spawnSync("script", ["--version"]).status === 0;
const skippedBecause = hasScript ? "" : " (skipped: this machine has no `script`, which makes a terminal)";
const NOWHERE = "http://127.0.0.1:9";

/** Runs a command in a shell; with `typed`, in a terminal of its own, where that is typed. */
function shell(command: string, env: Record<string, string>, typed?: string) {
  const [program, args] = typed === undefined ? ["sh", ["-c", command]] : ["script", ["-qec", command, "/dev/null"]];
  const child = spawn(program, args, {
    env: { PATH: process.env.PATH, MAIN, NODE_COMPILE_CACHE: CACHE, TERM: "xterm", ...env },
  });
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
      // Not before it is asked for: a terminal throws away what comes too early.
      if (printed.includes("to go on: ")) child.stdin.end(typed);
    });
  }
  return new Promise<{ code: number | null; printed: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, printed }));
  });
}

describe.skipIf(!hasScript)(`in a terminal${skippedBecause}`, { timeout: 30_000 }, () => {
  const check = 'node "$MAIN" config check';

  it.concurrent("has colours, but with NO_COLOR", async () => {
    const env = { MIROIR_MASTER_KEY: "short" };
    expect((await shell(check, env, "")).printed).toContain("\u001b[33mwarning:");
    const plain = (await shell(check, { ...env, NO_COLOR: "1" }, "")).printed;
    expect(plain).toContain("warning: master_key");
    expect(plain).not.toContain("\u001b");
  });

  it("shows how far long work is, and lets the cursor be", async () => {
    const path = join(temporaryFolder(), "miroir.db");
    await filledFile(path);
    const { code, printed } = await shell(`node "$MAIN" store check --store sqlite:${path}`, {}, "");
    expect(code).toBe(0);
    expect(printed).toMatch(/checking \[#+-*\] \d+\/\d+/);
    expect(printed).toMatch(/\nall +\d+ +nothing is wrong\r?\n/);
    expect(printed).not.toContain("\u001b[?25l");
  });

  it.concurrent("asks for the name of what it is to delete, and does nothing for another", async () => {
    const remove = `node "$MAIN" indexes delete films --url ${NOWHERE}`;
    const [right, wrong] = await Promise.all([shell(remove, {}, "films\n"), shell(remove, {}, "film\n")]);
    expect(right.printed).toContain("This deletes the index films with all its documents. Type films to go on: ");
    expect(right).toMatchObject({ code: 1, printed: expect.stringContaining(`no gateway answers at ${NOWHERE}`) });
    expect(wrong).toMatchObject({ code: 2, printed: expect.stringContaining("film is not films; nothing was done") });
  });
});

it("ends in silence when nobody reads what it prints any more", { timeout: 30_000 }, async () => {
  expect(await shell('node "$MAIN" --help | true', {})).toEqual({ code: 0, printed: "" });
});
