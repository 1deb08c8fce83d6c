import { setTimeout as sleep } from "node:timers/promises";
import type { Answer } from "./compare.ts";
import { type Corpus, SETTINGS } from "./corpus.ts";

const BATCH = 2_500;
const POLL_MS = 100;

/** One of the two that are compared. */
export interface Side {
  /** @throws Error when nobody answers, or with no JSON */
  readonly post: (path: string, body: unknown) => Promise<Answer>;
  /** Makes the index with all documents. @throws Error when it is there already, and when a task fails */
  readonly load: (index: string, corpus: Corpus) => Promise<void>;
  readonly drop: (index: string) => Promise<void>;
}

export function createSide(url: string, key: string | undefined): Side {
  async function send(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${url.replace(/\/$/, "")}${path}`, {
      method,
      headers: { "content-type": "application/json", ...(key !== undefined && { authorization: `Bearer ${key}` }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, body: text === "" ? {} : (JSON.parse(text) as Answer["body"]) };
  }

  async function write(method: string, path: string, body?: unknown): Promise<void> {
    const accepted = await send(method, path, body);
    if (accepted.status !== 202) throw new Error(`${url} ${path}: ${accepted.status} ${accepted.body.message}`);
    for (;;) {
      const { body: task } = await send("GET", `/tasks/${accepted.body.taskUid}`);
      if (task.status === "succeeded") return;
      if (task.status === "failed" || task.status === "canceled")
        throw new Error(`${url} ${path}: ${JSON.stringify(task.error)}`);
      await sleep(POLL_MS);
    }
  }

  return {
    post: (path, body) => send("POST", path, body),
    async load(index, { documents }) {
      if ((await send("GET", `/indexes/${index}`)).status !== 404) throw new Error(`${url} has an index ${index}`);
      await write("PATCH", `/indexes/${index}/settings`, SETTINGS);
      for (let at = 0; at < documents.length; at += BATCH)
        await write("POST", `/indexes/${index}/documents?primaryKey=id`, documents.slice(at, at + BATCH));
    },
    drop: (index) => write("DELETE", `/indexes/${index}`),
  };
}
