import { parseArgs } from "node:util";
import { ConfigError, type ConfigSources, loadConfig, withoutSecrets } from "@miroir/config";
import { holdYoungGeneration } from "./young-generation.ts";

const USAGE = `Usage: npm start -- [options]
       npm start -- config check | print

  --config FILE      settings in YAML
  --port N           the same as --set server.port=N
  --bind ADDRESS     the same as --set server.bind=ADDRESS
  --set PATH=VALUE   any setting; may be repeated
  --help

Settings come from the file, environment variables over it (MIROIR_SERVER_PORT for server.port), options over both.
`;

const SAME_SIGNAL_MS = 1_000;

type CommandLine = Pick<ConfigSources, "file" | "flags"> & { readonly command: string; readonly help: boolean };

/** @throws TypeError for an option that there is not. */
function readCommandLine(args: readonly string[]): CommandLine {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      config: { type: "string" },
      port: { type: "string" },
      bind: { type: "string" },
      set: { type: "string", multiple: true, default: [] },
      help: { type: "boolean", default: false },
    },
  });
  const flags = values.set.map((assignment) => ({ from: "--set", assignment }));
  if (values.port !== undefined) flags.push({ from: "--port", assignment: `server.port=${values.port}` });
  if (values.bind !== undefined) flags.push({ from: "--bind", assignment: `server.bind=${values.bind}` });
  return { command: positionals.join(" "), help: values.help, file: values.config, flags };
}

function fail(text: string): never {
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

async function serve(sources: ConfigSources): Promise<void> {
  const letYoungGenerationGrow = holdYoungGeneration();
  const { config, warnings } = await loadConfig(sources);
  // Loaded here alone: a look at the configuration need not wait for the whole gateway.
  const { createLog } = await import("./log.ts");
  const { startGateway } = await import("./start.ts");
  const { banner } = await import("./banner.ts");
  const log = createLog(config.logLevel, process.stderr.isTTY);
  for (const warning of warnings) log.warn(warning);
  const gateway = await startGateway(config, log);
  letYoungGenerationGrow();
  process.stdout.write(banner(gateway));

  let stoppingAt: number | null = null;
  const stop = (reason: string) => {
    if (stoppingAt !== null) {
      // Asked again: whoever asks does not want to wait. One Ctrl-C may arrive twice, from the terminal and from npm.
      if (performance.now() - stoppingAt > SAME_SIGNAL_MS) process.exit(1);
      return;
    }
    stoppingAt = performance.now();
    log.info({ reason }, "stopping");
    gateway.close().then(
      () => process.exit(0),
      (error) => fail(String(error)),
    );
  };
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, stop);
  // Started by a parent that is gone now: without it nobody would ever stop this process.
  if (process.channel) process.once("disconnect", () => stop("parent gone"));
}

async function main(): Promise<void> {
  const { command, help, ...rest } = readCommandLine(process.argv.slice(2));
  const sources = { ...rest, env: process.env };
  if (help) process.stdout.write(USAGE);
  else if (command === "") await serve(sources);
  else if (command === "config check") {
    for (const warning of (await loadConfig(sources)).warnings) process.stderr.write(`warning: ${warning}\n`);
    process.stdout.write("The configuration is right.\n");
  } else if (command === "config print") {
    const { stringify } = await import("yaml");
    process.stdout.write(stringify(withoutSecrets((await loadConfig(sources)).settings)));
  } else fail(USAGE);
}

/** What to do about it, where the system's own words say it to those alone who know it. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, address, port } = error as NodeJS.ErrnoException & { address?: string; port?: number };
  if (code !== "EADDRINUSE") return error.message;
  return `Port ${port} of ${address} is taken: stop what listens there, or take another one with --port.`;
}

main().catch((error: unknown) => {
  if (!(error instanceof ConfigError)) fail(reasonOf(error));
  const mistakes = error.mistakes.map(({ where, text }) => `  ${where}: ${text}`);
  fail(["The configuration has mistakes; nothing was started.", ...mistakes].join("\n"));
});
