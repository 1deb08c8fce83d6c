import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Block, PageFile } from "./blocks.ts";
import { ROOT } from "./blocks.ts";

/** What a gateway prints once it answers. */
const IS_LISTENING = "Miroir is listening on";
/** Where the pages say that the gateway is. */
const GATEWAY = /(?:localhost|127\.0\.0\.1):7700/g;
/** Where the pages say that the user's nodes are. */
const NODES = /http:\/\/10\.0\.0\.([1-3]):7700/g;
const NODE_KEY = "the-key-of-the-nodes";

interface Started {
  readonly process: ChildProcess;
  /** What it has printed so far, errors too. */
  printed(): string;
}

/** A folder that looks like the checkout, in which commands leave their data, and what runs there. */
export interface Terminal {
  write(file: PageFile): Promise<void>;
  /**
   * Runs a block as it stands, but for where servers are. A gateway that it starts goes on until the next one, or until the end.
   * @returns what it printed
   * @throws Error with what it printed when one of the commands fails
   */
  run(block: Block): Promise<string>;
  close(): Promise<void>;
}

export async function openTerminal(): Promise<Terminal> {
  const folder = mkdtempSync(join(tmpdir(), "miroir-docs-"));
  for (const name of readdirSync(ROOT)) if (name !== "data") symlinkSync(join(ROOT, name), join(folder, name));
  mkdirSync(join(folder, "home"));
  // An answer that is an error is a command that failed.
  writeFileSync(join(folder, "home/.curlrc"), "fail-with-body\nsilent\nshow-error\n");
  const port = await freePort();
  const nodes: Started[] = [];
  const nodeAddresses: string[] = [];
  let gateway: Started | null = null;

  const env = {
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    CURL_HOME: join(folder, "home"),
    MIROIR_SERVER_PORT: String(port),
    MIROIR_URL: `http://127.0.0.1:${port}`,
    NO_COLOR: "1",
  };
  async function localized(text: string): Promise<string> {
    if (text.search(NODES) >= 0 && nodes.length === 0) await startNodes();
    return text
      .replaceAll(NODES, (_, number) => nodeAddresses[Number(number) - 1] ?? "")
      .replaceAll(GATEWAY, `127.0.0.1:${port}`);
  }

  function start(program: string, args: readonly string[]): Started {
    // In a group of its own, as in a terminal: what it started ends with it.
    const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    let printed = "";
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        printed += text;
      });
    }
    return { process: child, printed: () => printed };
  }

  /** Until it has printed that, or has ended. */
  async function until({ process: child, printed }: Started, text: string): Promise<void> {
    const closed = once(child, "close");
    while (!printed().includes(text) && child.exitCode === null && child.signalCode === null) {
      await Promise.race([once(child.stdout as NodeJS.ReadableStream, "data"), closed]);
    }
    if (!printed().includes(text)) await closed;
  }

  async function startNodes(): Promise<void> {
    for (const _ of ["one", "two", "three"]) {
      nodes.push(start("node", ["apps/dev-node/src/main.ts", "--port", "0", "--master-key", NODE_KEY]));
    }
    for (const node of nodes) {
      await until(node, "\n");
      nodeAddresses.push(/http:\/\/\S+/.exec(node.printed())?.[0] ?? "");
    }
  }

  async function end({ process: child }: Started): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return;
    const closed = once(child, "close");
    process.kill(-child.pid, "SIGTERM");
    await closed;
  }

  async function endGateway(): Promise<void> {
    if (gateway !== null) await end(gateway);
    gateway = null;
  }

  return {
    write: async ({ name, text }) => writeFileSync(join(folder, name), await localized(text)),
    async run({ commands, page, line }) {
      const startsGateway = /^npm start(?!.* config )/m.test(commands);
      if (startsGateway) await endGateway();
      const shell = start("bash", ["-euo", "pipefail", "-c", await localized(commands)]);
      if (startsGateway) gateway = shell;
      await until(shell, IS_LISTENING);
      const isRunning = shell.process.exitCode === null && shell.process.signalCode === null;
      if (startsGateway !== isRunning || (!isRunning && shell.process.exitCode !== 0)) {
        throw new Error(`${page}:${line} ended with ${shell.process.exitCode}: ${commands}\n${shell.printed()}`);
      }
      return shell.printed();
    },
    async close() {
      await endGateway();
      await Promise.all(nodes.map(end));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  return port;
}
