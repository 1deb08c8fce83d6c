import { expect, it } from "vitest";
import { miroir } from "./support/miroir.ts";

const TIMEOUT = { timeout: 60_000 };

it("prints a script for a shell", TIMEOUT, async () => {
  const { code, stdout } = await miroir(["complete", "bash"]);
  expect(code).toBe(0);
  expect(stdout).toContain("complete -F __miroir_complete miroir");
});

it("completes commands, and options of commands", TIMEOUT, async () => {
  const offered = async (...words: string[]) =>
    (await miroir(["complete", "--", ...words])).stdout.split("\n").map((line) => line.split("\t")[0]);
  expect(await offered("tasks", "")).toEqual(expect.arrayContaining(["list", "show", "wait", "cancel"]));
  expect(await offered("tasks", "list", "--")).toEqual(expect.arrayContaining(["--status", "--key-file"]));
});
