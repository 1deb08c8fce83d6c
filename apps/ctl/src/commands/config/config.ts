import type { Command } from "commander";
import type { Act } from "../../act.ts";
import type { Outcome, Surroundings } from "../../outcome.ts";
import { styled } from "../../output.ts";

interface Options {
  readonly config?: string;
  readonly set?: readonly string[];
}

const takesSettings = (command: Command): Command =>
  command
    .option("--config <file>", "settings in YAML")
    .option("--set <path=value...>", "any setting, over the file and the environment");

/** `miroir config …`: a gateway's settings, without starting one. */
export function addConfig(program: Command, act: Act): void {
  const group = program.command("config").description("a gateway's settings, without starting one");
  act(
    takesSettings(group.command("check").description("names every mistake, each with its place; ends with 3 then")),
    (options: Options, _, surroundings) => check(options, surroundings),
  );
  act(
    takesSettings(group.command("print").description("what is in force, secrets as ***")),
    (options: Options, _, surroundings) => print(options, surroundings),
  );
}

async function load({ config, set = [] }: Options, { env }: Surroundings) {
  const { loadConfig } = await import("@miroir/config");
  return loadConfig({ file: config, env, flags: set.map((assignment) => ({ from: "--set", assignment })) });
}

async function check(options: Options, surroundings: Surroundings): Promise<Outcome> {
  const { ConfigError } = await import("@miroir/config");
  try {
    const { warnings } = await load(options, surroundings);
    const lines = warnings.map((warning) => `${styled(surroundings.stdout, "yellow", "warning:")} ${warning}\n`);
    return { json: { warnings }, text: `${lines.join("")}The configuration is right.\n`, problems: [] };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return {
      json: { warnings: [] },
      text: "The configuration has mistakes.\n",
      problems: error.mistakes.map(({ where, text }) => ({ subject: where, problem: text })),
    };
  }
}

async function print(options: Options, surroundings: Surroundings): Promise<Outcome> {
  const [{ withoutSecrets }, { stringify }] = await Promise.all([import("@miroir/config"), import("yaml")]);
  const settings = withoutSecrets((await load(options, surroundings)).settings);
  return { json: { settings }, text: stringify(settings), problems: [] };
}
