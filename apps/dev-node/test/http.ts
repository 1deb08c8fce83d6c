import type { DevNode } from "../src/index.ts";

export interface Reply {
  readonly status: number;
  readonly text: string;
  readonly body: unknown;
}

export type Call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) => Promise<Reply>;

/** Calls a listening node; a body that is text is sent as it is. */
export function callerOf(node: DevNode): Call {
  return async (method, path, body, headers = {}) => {
    const response = await fetch(`${node.address}${path}`, {
      method,
      headers: { ...(body !== undefined && { "content-type": "application/json" }), ...headers },
      ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, text, body: text === "" ? undefined : JSON.parse(text) };
  };
}

/** Sends a write and polls its task until it is finished. */
export async function finished(call: Call, write: Promise<Reply>): Promise<Record<string, unknown>> {
  const { taskUid } = (await write).body as { taskUid: number };
  for (;;) {
    const task = (await call("GET", `/tasks/${taskUid}`)).body as Record<string, unknown>;
    if (task.finishedAt !== null) return task;
  }
}
