import { carriesSecrets, noteKey, noteSecrets } from "./watched-log.ts";

/** An answer as a client sees it. */
export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** The JSON of the body; `undefined` when the body is empty. */
  // biome-ignore lint/suspicious/noExplicitAny: tests read whatever shape they then check
  readonly body: any;
};

export type Send = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Answer>;

/** A client of one address, which waits for ever unless told. A string or Buffer body goes out as it is, any other as JSON. */
export function createSend(address: string, apiKey?: string, timeoutMs?: number): Send {
  noteKey(apiKey);
  return async (method, path, body, headers = {}) => {
    noteKey(headers.authorization?.replace(/^Bearer /, ""));
    if (carriesSecrets(path)) noteSecrets(path, body);
    const isRaw = typeof body === "string" || body instanceof Uint8Array;
    const response = await fetch(address + path, {
      method,
      ...(timeoutMs !== undefined && { signal: AbortSignal.timeout(timeoutMs) }),
      headers: {
        ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
        ...(body !== undefined && !isRaw && { "content-type": "application/json" }),
        ...headers,
      },
      ...(body !== undefined && { body: isRaw ? (body as string) : JSON.stringify(body) }),
    });
    const text = await response.text();
    const isText = response.headers.get("content-type")?.startsWith("text/") === true;
    const answer = text === "" || isText ? undefined : JSON.parse(text);
    // An error may say the client's own words again.
    if (response.ok && carriesSecrets(path)) noteSecrets(path, answer);
    return { status: response.status, headers: response.headers, text, body: answer };
  };
}

/** Sends a write and waits for its task to end. Returns the finished task. */
export async function sendAndWait(send: Send, ...args: Parameters<Send>): Promise<Answer["body"]> {
  const answer = await send(...args);
  if (answer.status !== 202) throw new Error(`${args[0]} ${args[1]}: ${answer.status} ${answer.text}`);
  return waitForTask(send, answer.body.taskUid);
}

/** Polls a task as clients do until it has ended. */
export async function waitForTask(send: Send, taskUid: number): Promise<Answer["body"]> {
  for (;;) {
    const { body } = await send("GET", `/tasks/${taskUid}`);
    if (["succeeded", "failed", "canceled"].includes(body.status)) return body;
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
