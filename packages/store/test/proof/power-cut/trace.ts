import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** `said` is the program's standard output. */
export type TracedFile = "database" | "log" | "folder" | "said";
const FILES: readonly TracedFile[] = ["database", "log", "folder", "said"];

export type TracedOperation =
  | { readonly kind: "write"; readonly file: TracedFile; readonly offset: number; readonly data: Buffer }
  | { readonly kind: "truncate"; readonly file: TracedFile; readonly size: number }
  | { readonly kind: "sync"; readonly file: TracedFile };

const HEAD = 16;
const COMPILER = "cc";

/** Reads what trace.c wrote; a record that is cut off at the end is left out. */
export function readTrace(path: string): TracedOperation[] {
  const bytes = readFileSync(path);
  const operations: TracedOperation[] = [];
  for (let at = 0; at + HEAD <= bytes.length; ) {
    const operation = String.fromCharCode(bytes.readUInt8(at));
    const file = FILES[bytes.readUInt8(at + 1)] ?? "said";
    const length = bytes.readUInt32LE(at + 4);
    const offset = Number(bytes.readBigUInt64LE(at + 8));
    at += HEAD + length;
    if (at > bytes.length) break;
    if (operation === "W") operations.push({ kind: "write", file, offset, data: bytes.subarray(at - length, at) });
    else if (operation === "T") operations.push({ kind: "truncate", file, size: offset });
    else operations.push({ kind: "sync", file });
  }
  return operations;
}

/** Why trace.c cannot be used here; `null` when it can. */
export function whyNoTrace(): string | null {
  if (process.platform !== "linux") return "it takes Linux, whose loader it uses";
  return spawnSync(COMPILER, ["--version"], { stdio: "ignore" }).status === 0
    ? null
    : `it takes a C compiler (${COMPILER})`;
}

/** Compiles trace.c. @returns the variables that make a program write its trace. */
export function compileTrace(library: string): (trace: string, database: string) => NodeJS.ProcessEnv {
  const source = fileURLToPath(new URL("trace.c", import.meta.url));
  execFileSync(COMPILER, ["-shared", "-fPIC", "-O2", "-o", library, source, "-ldl", "-lpthread"]);
  return (trace, database) => ({ LD_PRELOAD: library, MIROIR_TRACE: trace, MIROIR_TRACE_DB: database });
}
