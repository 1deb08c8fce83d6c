import { readFileSync } from "node:fs";
import { UsageError } from "../../usage.ts";

interface Given {
  readonly query?: readonly string[];
  readonly queriesFile?: string;
}

/** The searches to send, as bodies in JSON. @throws UsageError for a file that cannot be read or holds none. */
export function readSearches({ query = [], queriesFile }: Given): string[] {
  const searches = query.map(ofText);
  if (queriesFile !== undefined) searches.push(...readLines(queriesFile).map(ofLine));
  return searches.length > 0 ? searches : [ofText("")];
}

const ofText = (q: string): string => JSON.stringify({ q });

function readLines(file: string): string[] {
  let lines: string[];
  try {
    lines = readFileSync(file, "utf8").split(/\r?\n/);
  } catch (error) {
    throw new UsageError(`--queries-file: ${error instanceof Error ? error.message : String(error)}`);
  }
  const filled = lines.filter((line) => line.trim() !== "");
  if (filled.length === 0) throw new UsageError(`--queries-file: ${file} holds no search`);
  return filled;
}

function ofLine(line: string): string {
  if (!line.trimStart().startsWith("{")) return ofText(line);
  try {
    return JSON.stringify(JSON.parse(line));
  } catch {
    throw new UsageError(`--queries-file: this is no JSON: ${line}`);
  }
}
