import type { Config } from "@miroir/config";
import pino, { type Logger } from "pino";

const LABELS: Readonly<Record<number, string>> = {
  10: "trace",
  20: "debug",
  30: "info",
  40: "WARN",
  50: "ERROR",
  60: "FATAL",
};
/** What every line has, and what the person at the terminal need not read again. */
const USUAL = new Set(["level", "time", "pid", "hostname", "msg", "reqId", "err"]);

/** A log line for people: time, level, text, then what else it holds as `name=value`. */
function humanLine(json: string): string {
  const line = JSON.parse(json) as Record<string, unknown>;
  const time = new Date(Number(line.time)).toTimeString().slice(0, 8);
  const rest = Object.entries(line).filter(([name]) => !USUAL.has(name));
  const fields = rest.map(([name, value]) => `${name}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const error = (line.err as { stack?: string } | undefined)?.stack;
  const text = [time, LABELS[Number(line.level)] ?? line.level, line.msg, ...fields].join(" ");
  return error === undefined ? `${text}\n` : `${text}\n${error}\n`;
}

/** The log on standard error: JSON lines, or readable ones at a terminal. Never holds bodies, keys or headers. */
export function createLog(level: Config["logLevel"], isTerminal: boolean): Logger {
  if (isTerminal) return pino({ level }, { write: (json: string) => process.stderr.write(humanLine(json)) });
  return pino({ level }, pino.destination({ dest: 2, sync: false }));
}
