import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { chmodSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createSend, sendAndWait } from "../support/http.ts";

// No base image can be pulled in a test. What the image adds to it is one folder, so that is made as the Dockerfile and docs/docker.md make it,
// and run as Kubernetes runs the container: as process 1 of its namespace, not as root, without capabilities, on a read-only system.
const ROOT = join(import.meta.dirname, "../../../..");
const TIMEOUT_MS = 120_000;
const MAKE_NAMESPACES = ["--mount", "--pid", "--fork", "--kill-child", "--mount-proc"];
const canIsolate = spawnSync("unshare", [...MAKE_NAMESPACES, "setpriv", "--version"]).status === 0;
const skipped = canIsolate ? "" : " (skipped: this user may not make namespaces, or there is no unshare and setpriv)";

const dockerfile = readFileSync(join(ROOT, "Dockerfile"), "utf8");
/** The words of the Dockerfile's last instruction of that kind. */
function instruction(name: string): string[] {
  const list = dockerfile.match(new RegExp(`${name} (\\[.*\\])$`, "m"))?.[1];
  return JSON.parse(list ?? "[]");
}

let app: string;
let data: string;

beforeAll(() => {
  app = mkdtempSync(join(tmpdir(), "miroir-image-"));
  data = mkdtempSync(join(tmpdir(), "miroir-image-data-"));
  const [, script = ""] = dockerfile.match(/RUN \["node", "([^"]+)", "\/app"\]/) ?? [];
  execFileSync(process.execPath, [join(ROOT, script), app], { stdio: "pipe" });
  chmodSync(app, 0o755);
}, TIMEOUT_MS);

afterAll(() => {
  for (const folder of [app, data]) rmSync(folder, { recursive: true, force: true });
});

it("holds what runs, and neither tests nor tools", () => {
  const packages = readdirSync(join(app, "node_modules/.pnpm")).map((name) => name.replace(/(?<=.)@.*/, ""));
  expect(packages).toEqual(expect.arrayContaining(["fastify", "better-sqlite3", "ioredis"]));
  const { devDependencies } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  const tools = Object.keys(devDependencies).filter((name) => !name.startsWith("@types/"));
  expect(tools).toEqual(expect.arrayContaining(["pnpm", "typescript", "vitest"]));
  expect(packages.filter((name) => tools.includes(name.replace("+", "/")))).toEqual([]);
  expect(globSync("{apps,packages}/**/*.test.ts", { cwd: app, exclude: ["**/node_modules"] })).toEqual([]);
});

it("has the command line where the image links `miroir` to", () => {
  const [, program = ""] = dockerfile.match(/ln -s \/app\/(\S+) \/usr\/local\/bin\/miroir/) ?? [];
  const { status, stdout } = spawnSync(process.execPath, [join(app, program), "--version"], { encoding: "utf8" });
  const { version } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));
  expect({ status, stdout }).toEqual({ status: 0, stdout: `${version}\n` });
});

it("has a build that copies all it needs from what .dockerignore leaves", () => {
  const left = readFileSync(join(ROOT, ".dockerignore"), "utf8")
    .split("\n")
    .flatMap((line) => (line.startsWith("!") ? [line.slice(1)] : []));
  const copied = readdirSync(app).filter((name) => name !== "node_modules");
  expect(left).toEqual(expect.arrayContaining([...copied, "scripts/production-folder.ts"]));
});

/** Takes the rights away as Kubernetes does, and becomes the command. */
const ISOLATE = `set -e
mount --make-rprivate /
mount --bind "$DATA" "$DATA"
mount --bind "$NODE" "$APP/LICENSE"
mount -o remount,bind,ro /
cd "$DATA"
exec setpriv --reuid=1000 --regid=1000 --clear-groups --no-new-privs --bounding-set=-all \\
  env -i "TMPDIR=$DATA" MIROIR_SERVER_BIND=127.0.0.1 "$@"`;

/** Runs a command as the container would; its process is the only child of the one that is returned. */
function isolated(command: readonly string[]) {
  const [program = "", ...args] = command.map((word) => word.replace(/^\/app\//, `${app}/`));
  execFileSync("chown", ["1000:1000", data]);
  // The tests' own Node may be where only root may look; mounted over a file of the folder, everyone can run it.
  const words = program === "node" ? [join(app, "LICENSE"), ...args] : [program, ...args];
  return spawn("unshare", [...MAKE_NAMESPACES, "sh", "-c", ISOLATE, "sh", ...words], {
    env: { PATH: process.env.PATH, DATA: data, APP: app, NODE: process.execPath },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

const runHealthCheck = (port: string): number | null => {
  const [, ...args] = instruction("CMD");
  const env = { PATH: process.env.PATH, MIROIR_SERVER_PORT: port };
  return spawnSync(process.execPath, args, { env }).status;
};

describe.skipIf(!canIsolate)(`the image's folder, as a container${skipped}`, { timeout: TIMEOUT_MS }, () => {
  it("is on a system that cannot be written to", async () => {
    const child = isolated(["touch", join(app, "new")]);
    const said = await child.stderr.toArray();
    expect(said.join("")).toContain("Read-only file system");
  });

  it("serves with Node alone, and lets what is under way end when it is told to stop", async () => {
    const child = isolated([...instruction("ENTRYPOINT"), "--port", "0"]);
    let printed = "";
    let complained = "";
    child.stderr.on("data", (chunk) => {
      complained += chunk;
    });
    for await (const chunk of child.stdout) {
      printed += chunk;
      if (printed.includes("http://127.0.0.1:")) break;
    }
    const address = /http:\/\/127\.0\.0\.1:(\d+)/.exec(printed);
    expect(address, complained).not.toBeNull();
    const [url = "", port = ""] = address ?? [];

    const pid = readFileSync(`/proc/${child.pid}/task/${child.pid}/children`, "utf8").trim();
    const status = readFileSync(`/proc/${pid}/status`, "utf8");
    expect(status).toMatch(/^NSpid:.*\s1$/m);
    expect(status).toMatch(/^Uid:\s1000\s1000\s1000\s1000$/m);
    expect(status).toMatch(/^CapBnd:\s0+$/m);

    const send = createSend(url);
    await sendAndWait(send, "POST", "/indexes/films/documents", [{ id: 1, title: "Alien" }]);
    expect((await send("POST", "/indexes/films/search", { q: "alien" })).body.hits).toEqual([
      { id: 1, title: "Alien" },
    ]);
    expect(readdirSync(join(data, "data")).length).toBeGreaterThan(0);
    expect(runHealthCheck(port)).toBe(0);

    // Its body is half sent when the signal comes, as `continue` tells that the gateway is waiting for it.
    const document = JSON.stringify([{ id: 2, title: "Aliens" }]);
    const headers = {
      "Content-Type": "application/json",
      "Content-Length": document.length,
      Expect: "100-continue",
    };
    const write = request(`${url}/indexes/films/documents`, { method: "POST", headers });
    write.flushHeaders();
    await once(write, "continue");
    process.kill(Number(pid), "SIGTERM");
    write.end(document);
    const [answer] = await once(write, "response");
    expect(answer.statusCode).toBe(202);
    answer.resume();

    const [code] = await once(child, "exit");
    expect({ code, complained }).toEqual({ code: 0, complained: expect.stringContaining('"msg":"stopping"') });
    expect(runHealthCheck(port)).toBe(1);
  });
});
