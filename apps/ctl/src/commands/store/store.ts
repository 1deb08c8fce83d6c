import type { Command } from "commander";
import type { Act } from "../../act.ts";
import type { Outcome, Surroundings } from "../../outcome.ts";
import { UsageError } from "../../usage.ts";
import { type NamedStore, parseStore, type TlsFiles } from "./store-url.ts";

interface TlsOptions {
  readonly tlsCaFile?: string;
  readonly tlsCertFile?: string;
  readonly tlsKeyFile?: string;
}
interface OneStore extends TlsOptions {
  readonly store?: string;
  readonly config?: string;
}
interface CopyOptions extends TlsOptions {
  readonly from: string;
  readonly to: string;
  readonly overwrite?: boolean;
  readonly resume?: boolean;
  readonly confirm?: string;
}

const STORES = `
A store is one of
  sqlite:PATH
  redis://[user:password@]host[:port][/database]
  redis+sentinel://[user:password@]host[:port],host…[/database]?name=MASTER
  redis+cluster://[user:password@]host[:port],host…
  env:NAME        for an environment variable that holds one of these
with rediss for TLS, valkey or valkeys for redis or rediss, and ?prefix=NAME (&prefix= after another) where it is not miroir. The
gateway's own is what --config and MIROIR_TASK_STORE_* say, else sqlite:./data/miroir.db.`;

const tlsOf = ({ tlsCaFile, tlsCertFile, tlsKeyFile }: TlsOptions): TlsFiles => ({
  caFile: tlsCaFile,
  certFile: tlsCertFile,
  keyFile: tlsKeyFile,
});

const takesTls = (command: Command): Command =>
  command
    .option("--tls-ca-file <file>", "whose certificates a Redis with TLS may have")
    .option("--tls-cert-file <file>", "the certificate to show it")
    .option("--tls-key-file <file>", "the key of that certificate")
    .addHelpText("after", STORES);

const takesOneStore = (command: Command): Command =>
  takesTls(
    command
      .option("--store <store>", "the store; the gateway's own unless told")
      .option("--config <file>", "the gateway's settings, of which task_store is read"),
  );

async function named(options: OneStore, { env }: Surroundings): Promise<NamedStore> {
  if (options.store !== undefined) return parseStore(options.store, env, tlsOf(options));
  const { gatewayStore } = await import("./gateway-store.ts");
  return gatewayStore(options.config, tlsOf(options), env);
}

/** `miroir store …`: what a gateway remembers, looked at and moved while no gateway writes. */
export function addStore(program: Command, act: Act): void {
  const group = program.command("store").description("looks at the store, backs it up, moves it");

  act(
    takesOneStore(group.command("stats").description("what a store holds: rows, tasks, jobs")),
    async (options: OneStore, _, surroundings) => {
      const store = await named(options, surroundings);
      return (await import("./stats.ts")).stats(store, surroundings);
    },
  );
  act(
    takesOneStore(
      group.command("check").description("reads every row, and compares it with what the store derives from it"),
    ),
    async (options: OneStore, _, surroundings) => {
      const store = await named(options, surroundings);
      return (await import("./check.ts")).check(store, surroundings);
    },
  );
  act(
    takesOneStore(
      group
        .command("backup")
        .description("copies a store into a new SQLite file")
        .requiredOption("--to <file>", "the file; there must be none yet"),
    ),
    async (options: OneStore & { readonly to: string }, _, surroundings) => {
      const store = await named(options, surroundings);
      return (await import("./backup.ts")).backup(store, options.to, surroundings);
    },
  );
  act(
    takesOneStore(
      group
        .command("forget-placement")
        .description("has the gateway that starts next say where documents are; asks for the store's name")
        .option("--confirm <store>", "the name that is asked for, for scripts, such as sqlite:./data/miroir.db"),
    ),
    async (options: OneStore & { readonly confirm?: string }, _, surroundings) => {
      const store = await named(options, surroundings);
      const { confirm } = await import("../../confirm.ts");
      const what =
        "has documents looked for where the next gateway's settings say, and not found where they are elsewhere";
      await confirm(surroundings, { what, name: store.label, given: options.confirm });
      return (await import("./forget-placement.ts")).forgetPlacement(store, surroundings);
    },
  );
  act(
    takesTls(
      group
        .command("copy")
        .description("copies a store into another; nobody may write to either meanwhile")
        .requiredOption("--from <store>", "where the rows are")
        .requiredOption("--to <store>", "where they go; it must be empty")
        .option("--overwrite", "deletes what the other holds first; asks for its name")
        .option("--resume", "goes on with a copy that was interrupted")
        .option("--confirm <store>", "the name that --overwrite asks for, for scripts: --to as it is given"),
    ),
    copy,
  );
}

async function copy(options: CopyOptions, _: unknown, surroundings: Surroundings): Promise<Outcome> {
  const { from, to, overwrite = false, resume = false } = options;
  if (overwrite && resume) throw new UsageError("--overwrite and --resume exclude each other");
  const tls = tlsOf(options);
  const [source, target] = [parseStore(from, surroundings.env, tls), parseStore(to, surroundings.env, tls)];
  if (source.identity === target.identity) throw new UsageError("--from and --to are the same store");
  if (overwrite) {
    const { confirm } = await import("../../confirm.ts");
    await confirm(surroundings, { what: `deletes all that ${target.label} holds`, name: to, given: options.confirm });
  }
  return (await import("./copy.ts")).copy(source, target, { overwrite, resume }, surroundings);
}
