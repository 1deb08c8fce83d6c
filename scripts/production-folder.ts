// `node scripts/production-folder.ts FOLDER` fills a new folder with what runs in production: the gateway and the command line
// `miroir`, the packages they are made of, and their dependencies. Tests, build tools and what only development needs stay out.
// The image is this folder, so what is tested here without a container holds in it, too.
import { spawnSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

const root = join(import.meta.dirname, "..");
const PROGRAMS = ["@miroir/gateway", "@miroir/ctl"];
const FILES = ["package.json", "pnpm-lock.yaml", "pnpm-workspace.yaml", "LICENSE"];
/** Folders of a package that nothing imports while it runs. */
const LEFT_OUT = new Set(["node_modules", "test", "scripts", "conformance", "model"]);

const [given] = process.argv.slice(2);
if (given === undefined) fail("usage: node scripts/production-folder.ts FOLDER");
const folder = resolve(given);
if (existsSync(folder) && readdirSync(folder).length > 0) fail(`${folder} is not empty`);

mkdirSync(folder, { recursive: true });
for (const file of FILES) cpSync(join(root, file), join(folder, file));
for (const manifest of globSync("{packages,apps}/*/package.json", { cwd: root })) {
  const from = dirname(manifest);
  for (const name of readdirSync(join(root, from))) {
    if (LEFT_OUT.has(name) || name.startsWith(".")) continue;
    cpSync(join(root, from, name), join(folder, from, name), { recursive: true });
  }
}

const pnpm = join(root, "node_modules/.bin/pnpm");
const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
const [program, ...first] = existsSync(pnpm) ? [pnpm] : ["npx", "-y", packageManager];
const filters = PROGRAMS.flatMap((name) => ["--filter", `${name}...`]);
const install = ["install", "--prod", "--frozen-lockfile", "--prefer-offline", ...filters];
const { status, error } = spawnSync(program, [...first, ...install], {
  cwd: folder,
  // So that it asks no questions. Progress goes where messages go.
  env: { ...process.env, CI: "true" },
  stdio: ["ignore", 2, 2],
});
if (status !== 0) fail(`the dependencies could not be installed: ${error?.message ?? `exit ${status}`}`);

function fail(message: string): never {
  console.error(message);
  process.exit(1);
}
