import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Environment } from "../../outcome.ts";
import { UsageError } from "../../usage.ts";
import { type NamedStore, redisStore, sqliteStore, type TlsFiles } from "./store-url.ts";

const file = z.string().min(1).nullable().optional();

/** The part of the gateway's settings that says where its store is; the rest is the gateway's own affair. */
const settings = z.object({
  task_store: z
    .object({
      backend: z.enum(["sqlite", "redis"]).optional(),
      path: z.string().min(1).optional(),
      url: z.string().min(1).nullable().optional(),
      prefix: z.string().min(1).optional(),
      tls_ca_file: file,
      tls_cert_file: file,
      tls_key_file: file,
    })
    .optional(),
});
type TaskStore = NonNullable<z.infer<typeof settings>["task_store"]>;

const DEFAULT_PATH = "./data/miroir.db";

async function readFileSettings(file: string): Promise<TaskStore> {
  const { parse } = await import("yaml");
  try {
    return settings.parse(parse(readFileSync(file, "utf8")) ?? {}).task_store ?? {};
  } catch (error) {
    const issue = error instanceof z.ZodError ? error.issues[0] : undefined;
    const why = issue === undefined ? String(error) : `${issue.path.join(".")}: ${issue.message}`;
    throw new UsageError(`--config ${file}: ${why}`);
  }
}

function readEnvironment(env: Environment): TaskStore {
  const value = (name: string) => env[`MIROIR_TASK_STORE_${name}`] || undefined;
  const file = value("URL_FILE");
  const given = {
    backend: value("BACKEND"),
    path: value("PATH"),
    url: file === undefined ? value("URL") : readFileSync(file, "utf8").replace(/\r?\n$/, ""),
    prefix: value("PREFIX"),
    tls_ca_file: value("TLS_CA_FILE"),
    tls_cert_file: value("TLS_CERT_FILE"),
    tls_key_file: value("TLS_KEY_FILE"),
  };
  const parsed = settings.safeParse({ task_store: given });
  if (!parsed.success) throw new UsageError(`MIROIR_TASK_STORE_BACKEND: ${parsed.error.issues[0]?.message}`);
  return parsed.data.task_store ?? {};
}

const set = (given: TaskStore) => Object.fromEntries(Object.entries(given).filter(([, value]) => value != null));

/** The store that a gateway with the same file and environment uses. @throws UsageError. */
export async function gatewayStore(file: string | undefined, tls: TlsFiles, env: Environment): Promise<NamedStore> {
  const fromFile = file === undefined ? {} : await readFileSettings(file);
  const {
    backend = "sqlite",
    path = DEFAULT_PATH,
    url,
    prefix,
    ...files
  }: TaskStore = {
    ...set(fromFile),
    ...set(readEnvironment(env)),
  };
  if (backend === "sqlite") return sqliteStore(path);
  if (url == null) throw new UsageError("task_store.backend is redis, and task_store.url is not set");
  const own = {
    caFile: tls.caFile ?? files.tls_ca_file ?? undefined,
    certFile: tls.certFile ?? files.tls_cert_file ?? undefined,
    keyFile: tls.keyFile ?? files.tls_key_file ?? undefined,
  };
  return redisStore(url, own, prefix);
}
