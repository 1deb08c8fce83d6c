import { readFileSync } from "node:fs";
import { request as httpRequest } from "node:http";
import { setImmediate as nextTurn, setTimeout as sleep } from "node:timers/promises";
import { createDevNode } from "../../src/index.ts";
import type { RecordedCase } from "./case.ts";
import { compareBody, differences } from "./compare.ts";

const folder = new URL("../fixtures/recorded/", import.meta.url);

/** What the recorded node was started with. */
export const masterKey = "masterKey";

/** The cases of a theme, from these fixtures or from others of the same form. */
export function readTheme(theme: string, fixtures: URL = folder): RecordedCase[] {
  return JSON.parse(readFileSync(new URL(`cases/${theme}.json`, fixtures), "utf8")) as RecordedCase[];
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Plays a theme from its first case to its last on a fresh node; returns what differed, by the name of the case. */
export async function replayTheme(theme: string): Promise<Map<string, string[]>> {
  // The burst of requests to cancel tasks has to arrive while the first one is still processing.
  const node = createDevNode({ masterKey, ...(theme === "tasks-canceled" && { taskDelayMs: 500 }) });
  try {
    return await replayCases(await node.listen(), readTheme(theme));
  } finally {
    await node.close();
  }
}

/**
 * Plays cases in order on the empty server at `address`, whose master key is that of the recordings.
 * @param prepare makes of a recorded request the one to send, where it depends on the time or on keys
 * @returns what differed, by the name of the case
 */
export async function replayCases(
  address: string,
  cases: readonly RecordedCase[],
  prepare: (request: RecordedCase["request"]) => RecordedCase["request"] = (request) => request,
): Promise<Map<string, string[]>> {
  const results = new Map<string, string[]>();
  for (const recorded of cases) {
    if (recorded.delayMs !== undefined) await sleep(recorded.delayMs);
    results.set(recorded.name, await replayCase(address, { ...recorded, request: prepare(recorded.request) }));
  }
  return results;
}

async function replayCase(address: string, recorded: RecordedCase): Promise<string[]> {
  const answer = await send(address, recorded);
  const found = compareAnswer(recorded, answer);
  const taskUid = answer.status < 300 ? taskUidOf(answer.text) : null;
  if (taskUid !== null && recorded.noWait !== true) {
    const task = await finishedTask(address, taskUid);
    if (recorded.task !== undefined) found.push(...differences(recorded.task, task, "task"));
  }
  return found;
}

function compareAnswer(recorded: RecordedCase, answer: Answer): string[] {
  const { response } = recorded;
  if (answer.status !== response.status) {
    return [`status: expected ${response.status}, found ${answer.status} ${answer.text.slice(0, 200)}`];
  }
  const found: string[] = [];
  for (const [name, value] of Object.entries(response.headers ?? {})) {
    if (canonical(answer.headers[name]) !== canonical(value)) {
      found.push(`header ${name}: expected ${value}, found ${String(answer.headers[name])}`);
    }
  }
  if (response.body !== undefined) {
    if (answer.text === "") return [...found, "body: empty"];
    return [...found, ...compareBody(recorded, JSON.parse(answer.text))];
  }
  const text = response.bodyText ?? "";
  return answer.text === text
    ? found
    : [...found, `body: expected ${text || "nothing"}, found ${answer.text.slice(0, 200)}`];
}

/** Header lists are recorded lower-cased and sorted. */
function canonical(value: string | string[] | undefined): string {
  return String(value ?? "")
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .sort()
    .join(", ");
}

function taskUidOf(text: string): number | null {
  if (!text.includes('"taskUid"')) return null;
  return (JSON.parse(text) as { taskUid?: number }).taskUid ?? null;
}

async function finishedTask(address: string, uid: number): Promise<unknown> {
  for (;;) {
    const { text } = await send(address, {
      name: "",
      request: { method: "GET", path: `/tasks/${uid}` },
      response: { status: 200 },
    });
    const task = JSON.parse(text) as { status: string };
    if (task.status !== "enqueued" && task.status !== "processing") return task;
    await nextTurn();
  }
}

function send(address: string, { request }: RecordedCase): Promise<Answer> {
  const headers: Record<string, string> = { Authorization: `Bearer ${masterKey}` };
  let body: string | Buffer | undefined = request.bodyText;
  if (request.body !== undefined) {
    headers["Content-Type"] = "application/json";
    body = JSON.stringify(request.body);
  }
  if (request.bodyFile !== undefined) body = readFileSync(new URL(request.bodyFile, folder));
  for (const [name, value] of Object.entries(request.headers ?? {})) {
    if (value === null) delete headers[name];
    else headers[name] = value;
  }
  if (body !== undefined) headers["Content-Length"] = String(Buffer.byteLength(body));
  const { hostname, port } = new URL(address);
  // Not fetch: it would tidy the path, and some cases are about untidy ones.
  return new Promise((resolve, reject) => {
    const sent = httpRequest({ hostname, port, method: request.method, path: request.path, headers }, (response) => {
      const chunks: Buffer[] = [];
      response.on("data", (chunk: Buffer) => chunks.push(chunk));
      response.on("error", reject);
      response.on("end", () =>
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          text: Buffer.concat(chunks).toString(),
        }),
      );
    });
    sent.on("error", reject);
    sent.end(body);
  });
}
