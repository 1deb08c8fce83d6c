import { Agent, request } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { KEY } from "./process.ts";

const agent = new Agent({ keepAlive: true });

/** One request with the key KEY; a body that is no text is sent as JSON. */
export function call(
  url: string,
  method: string,
  body?: unknown,
  contentType = "application/json",
): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const headers = { "content-type": contentType, authorization: `Bearer ${KEY}` };
    const sent = request(url, { agent, method, headers }, (answer) => {
      let text = "";
      answer.setEncoding("utf8");
      answer.on("data", (part: string) => {
        text += part;
      });
      answer.on("end", () => resolve({ status: answer.statusCode ?? 0, text }));
      answer.on("error", reject);
    });
    sent.on("error", reject);
    sent.end(body === undefined ? undefined : Buffer.isBuffer(body) ? body : JSON.stringify(body));
  });
}

/** @throws Error when the answer is none of success */
export async function expectSuccess(...args: Parameters<typeof call>): Promise<string> {
  const { status, text } = await call(...args);
  if (status >= 300) throw new Error(`${args[1]} ${args[0]}: ${status} ${text}`);
  return text;
}

/** Sends a write and waits until its task has succeeded. */
export async function write(address: string, ...[path, method, ...rest]: Parameters<typeof call>): Promise<void> {
  const { taskUid } = JSON.parse(await expectSuccess(address + path, method, ...rest)) as { taskUid: number };
  for (let status = ""; status !== "succeeded"; await sleep(20)) {
    ({ status } = JSON.parse(await expectSuccess(`${address}/tasks/${taskUid}`, "GET")) as { status: string });
    if (status === "failed") throw new Error(`${method} ${path}: the task failed`);
  }
}

/** Lets go of the connections. */
export const closeClient = (): void => agent.destroy();
