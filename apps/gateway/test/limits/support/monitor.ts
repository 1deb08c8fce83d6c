import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** What a Redis is asked, as its `MONITOR` tells it. */
export interface Monitor {
  /** The commands since the last call that name `text`, all of those sent before this call among them. */
  since(text: string): Promise<string[]>;
  close(): void;
}

export async function startMonitor(url: string): Promise<Monitor> {
  const { port, hostname } = new URL(url);
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(port), hostname);
    await once(socket, "connect");
    return socket;
  };
  const [watching, asking] = await Promise.all([open(), open()]);
  let seen = "";
  watching.on("data", (chunk) => {
    seen += chunk;
  });
  const until = async (text: string): Promise<void> => {
    while (!seen.includes(text)) await once(watching, "data");
  };
  watching.write("MONITOR\r\n");
  await until("OK");
  return {
    async since(text) {
      const mark = randomUUID();
      asking.write(`ECHO ${mark}\r\n`);
      await until(mark);
      const lines = seen.split("\r\n").filter((line) => line.includes(text));
      seen = "";
      return lines;
    },
    close() {
      watching.destroy();
      asking.destroy();
    },
  };
}
