import type { CommandLine, CommandName } from "./command-line.ts";
import type { Outcome, Surroundings } from "./commands/command.ts";
import type { Streams } from "./output.ts";
import { createProgress } from "./progress.ts";
import { type Environment, parseStore, type TlsFiles } from "./store-url.ts";

/** Runs a command. @throws UsageError, StoreError. */
export async function execute(
  command: CommandName,
  line: CommandLine,
  env: Environment,
  streams: Streams,
): Promise<Outcome> {
  const progress = createProgress(streams.stderr);
  try {
    return await runCommand(command, line, env, { ...streams, progress });
  } finally {
    progress.end();
  }
}

/** Each command's code is loaded once its arguments are understood, so that a mistake in them is told at once. */
async function runCommand(
  command: CommandName,
  line: CommandLine,
  env: Environment,
  surroundings: Surroundings,
): Promise<Outcome> {
  const { from = "", to = "", overwrite, resume } = line;
  const tls = { caFile: line["tls-ca-file"], certFile: line["tls-cert-file"], keyFile: line["tls-key-file"] };
  if (command === "copy") {
    const [source, target] = [parseStore(from, env, tls), parseStore(to, env, tls)];
    const { copy } = await import("./commands/copy.ts");
    return copy(source, target, { overwrite, resume }, surroundings);
  }
  const named = line.store === undefined ? await findGatewayStore(line, tls, env) : parseStore(line.store, env, tls);
  if (command === "backup") return (await import("./commands/backup.ts")).backup(named, to, surroundings);
  if (command === "check") return (await import("./commands/check.ts")).check(named, surroundings);
  return (await import("./commands/stats.ts")).stats(named, surroundings);
}

async function findGatewayStore({ config }: CommandLine, tls: TlsFiles, env: Environment) {
  const { gatewayStore } = await import("./gateway-store.ts");
  return gatewayStore(config, tls, env);
}
