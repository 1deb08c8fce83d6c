// What `npm start`, `npm test`, `npm run test:deep`, `npm run demo`, `npm run cluster`, `npm run bench` and `npm run miroir` run first. Works on Node 20 and newer: installs what is
// missing, finds a Node that runs TypeScript as it is, and hands over to the real program.
import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import nodeModule from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const root = dirname(fileURLToPath(import.meta.url));
const PROGRAMS = {
  start: "apps/gateway/src/main.ts",
  demo: "apps/gateway/demo.ts",
  cluster: "scripts/cluster.ts",
  bench: "bench/main.ts",
  miroir: "apps/ctl/src/main.ts",
  test: "scripts/test.ts",
  "test:deep": "scripts/test-deep.ts",
};
/** The first Node that strips types without being asked. */
const NEEDED = [22, 18];
/** Compiled code is kept here from one start to the next, which shortens the time to the first answer. */
const COMPILE_CACHE = join(root, "node_modules", ".cache", "compile");

const [name = "", ...args] = process.argv.slice(2);
if (!Object.hasOwn(PROGRAMS, name)) {
  console.error(`Usage: node bootstrap.mjs ${Object.keys(PROGRAMS).join(" | ")} [arguments]`);
  process.exit(1);
}
install();
const program = join(root, PROGRAMS[name]);
if (canRunTypeScript()) await runHere(program);
else runWith(installedNode(), program);

/** Installs the dependencies, unless those of the present lock file are there. */
function install() {
  const stamp = join(root, "node_modules", ".miroir-installed");
  const wanted = createHash("sha256")
    .update(readFileSync(join(root, "pnpm-lock.yaml")))
    .digest("hex");
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;

  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  console.error(`Installing dependencies with ${packageManager} (only when they are missing or have changed) ...`);
  const result = spawnSync("npx", ["-y", packageManager, "install", "--frozen-lockfile"], {
    cwd: root,
    // So that it asks no questions.
    env: { ...process.env, CI: "true" },
    // What it says of its progress is shown, and does not mix with what the program prints.
    stdio: ["ignore", 2, 2],
    shell: process.platform === "win32",
  });
  if (result.status !== 0) {
    if (result.error) console.error(result.error.message);
    console.error("The installation failed; nothing was started.");
    process.exit(result.status || 1);
  }
  writeFileSync(stamp, wanted);
}

function canRunTypeScript() {
  const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

/** The Node that the project brings along as a dependency. */
function installedNode() {
  const node = join(root, "node_modules", ".bin", process.platform === "win32" ? "node.cmd" : "node");
  if (existsSync(node)) return node;
  console.error(`Node ${NEEDED.join(".")} or newer is needed; this is ${process.versions.node}.`);
  process.exit(1);
}

/** In this very process, so that there is no second one to pass signals to. */
async function runHere(file) {
  process.argv = [process.execPath, file, ...args];
  // The function is for this thread, the variable for those it starts.
  nodeModule.enableCompileCache?.(COMPILE_CACHE);
  process.env.NODE_COMPILE_CACHE = COMPILE_CACHE;
  await import(pathToFileURL(file).href);
}

/** In a child that gets our signals and whose end is ours. Should we be killed, it sees the channel close, and stops too. */
function runWith(node, file) {
  const child = spawn(node, [file, ...args], {
    stdio: ["inherit", "inherit", "inherit", "ipc"],
    env: { NODE_COMPILE_CACHE: COMPILE_CACHE, ...process.env },
  });
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => child.kill(signal));
  child.on("error", (error) => {
    console.error(error.message);
    process.exit(1);
  });
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code ?? 1);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}
