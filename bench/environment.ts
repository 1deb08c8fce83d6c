import { readFileSync } from "node:fs";
import { availableParallelism, cpus, loadavg, totalmem } from "node:os";
import DatabaseDriver from "better-sqlite3";

/** Where and with what numbers were taken. */
export interface Environment {
  readonly date: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGb: number;
  /** Of the last minute, as the run ended: above `cores`, others were working on the machine too. */
  readonly load: number;
  readonly node: string;
  readonly sqlite: string;
  /** Of the packages that are measured or measured against. */
  readonly versions: Readonly<Record<string, string>>;
}

const PACKAGES = ["better-sqlite3", "plainjob", "bullmq", "ioredis", "tinybench"];

export function describeEnvironment(): Environment {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const database = new DatabaseDriver(":memory:");
  const sqlite = database.prepare<[], string>("SELECT sqlite_version()").pluck().get() ?? "";
  database.close();
  return {
    date: new Date().toISOString().slice(0, 16).replace("T", " "),
    cpu: cpus()[0]?.model.trim() ?? "unknown",
    cores: availableParallelism(),
    memoryGb: Math.round(totalmem() / 2 ** 30),
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
    node: process.version,
    sqlite,
    versions: Object.fromEntries(PACKAGES.map((name) => [name, dependencies[name] ?? ""])),
  };
}
