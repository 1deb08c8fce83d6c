// Sees to it that the Redis store's tests find a Redis: they run on a real one and are never left out silently.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";

/** Either will do: the store speaks only what both understand. */
const SERVERS = ["redis-server", "valkey-server"];
const INSTALLER = "apt-get";

/** The name of the Redis or Valkey server on this machine's PATH, or undefined when there is none. */
export function findRedisServer(): string | undefined {
  return SERVERS.find((program) => runs(program, ["--version"]));
}

/**
 * True when the tests have a Redis: one at MIROIR_TEST_REDIS_URL, the program at MIROIR_TEST_REDIS_SERVER, a server on this machine (installed now where that is
 * allowed: as root on Debian), or a Docker engine that can run one. Otherwise prints what to install, and returns false.
 */
export function ensureRedisServer(env: NodeJS.ProcessEnv): boolean {
  const { MIROIR_TEST_REDIS_SERVER: program, MIROIR_TEST_REDIS_URL: url } = env;
  if (program && !runs(program, ["--version"])) {
    console.log(`FAILED MIROIR_TEST_REDIS_SERVER: ${program} is no server that starts`);
    return false;
  }
  if (program || url || findRedisServer()) return true;
  if (mayInstall()) {
    console.log("no redis-server on this machine: installing Debian's");
    const problem = installPackages(["redis-server"]);
    if (problem === undefined && findRedisServer()) return true;
    console.log(`installing redis-server failed: ${problem ?? "apt-get succeeded, but redis-server does not start"}`);
  }
  if (runs("docker", ["version"])) return true;
  console.log(`FAILED no Redis for the tests of the Redis store. One of these provides it:
       redis-server or valkey-server on the PATH, version 6.2 or newer:
         Debian, Ubuntu  sudo apt-get install redis-server
         Fedora          sudo dnf install valkey
         Alpine          sudo apk add redis
         macOS           brew install redis
       a Docker engine that runs redis:7-alpine
       MIROIR_TEST_REDIS_SERVER=/path/to/redis-server
       MIROIR_TEST_REDIS_URL=redis://…, a server whose data the tests may delete`);
  return false;
}

/** True where packages can be installed without asking anyone: as root, on Debian or a system made from it. */
export function mayInstall(): boolean {
  return process.getuid?.() === 0 && existsSync("/etc/debian_version") && runs(INSTALLER, ["--version"]);
}

/** Installs Debian packages. Returns undefined, or the last line of what apt-get complained about. */
export function installPackages(packages: string[]): string | undefined {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  for (const args of [["update"], ["install", "-y", "--no-install-recommends", ...packages]]) {
    const { status, stderr, error } = spawnSync(INSTALLER, ["-qq", ...args], { env, encoding: "utf8" });
    if (status !== 0) return error?.message ?? stderr.trim().split("\n").at(-1);
  }
  return undefined;
}

function runs(program: string, args: string[]): boolean {
  return spawnSync(program, args, { stdio: "ignore" }).status === 0;
}
