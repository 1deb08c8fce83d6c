import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A Redis of the test's own that can be stopped. */
export interface StoppableRedis {
  readonly url: string;
  /** It answers nothing, and keeps its connections. */
  freeze(): void;
  thaw(): void;
  /** Ends it at once, as a crash does. */
  kill(): Promise<void>;
  /** Starts it on what it left in its folder, at the same port. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

const RETRY_MS = 20;

/** @param appendfsync with `always` it writes every command to its append-only file before it answers, and loses none */
export async function startStoppableRedis(appendfsync: "always" | "everysec" = "always"): Promise<StoppableRedis> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), "miroir-outage-"));
  const settings = { port, bind: "127.0.0.1", dir: folder, appendonly: "yes", appendfsync, daemonize: "no" };
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
  let child: ChildProcess;

  async function start(): Promise<void> {
    child = spawn(process.env.MIROIR_TEST_REDIS_SERVER ?? "redis-server", args, { stdio: "ignore" });
    await once(child, "spawn");
    while (!(await answers(port))) {
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}`);
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, "exit");
    child.kill("SIGKILL");
    await gone;
  }

  await start();
  return {
    url: `redis://127.0.0.1:${port}`,
    freeze: () => void child.kill("SIGSTOP"),
    thaw: () => void child.kill("SIGCONT"),
    kill,
    restart: start,
    async stop() {
      await kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

/** Whether it has read its file: until then it refuses a ping. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1", () => socket.write("PING\r\n"));
    socket.once("data", (data) => {
      resolve(data.toString().startsWith("+PONG"));
      socket.destroy();
    });
    socket.once("error", () => resolve(false));
  });
}
