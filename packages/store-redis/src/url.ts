import { StoreError } from "@miroir/store-contract";
import type { RedisAddress, RedisStoreOptions } from "./options.ts";

/** What a URL says about where Redis is and who asks. */
export interface RedisUrl extends Pick<RedisStoreOptions, "sentinels" | "cluster" | "username" | "password" | "db"> {
  /** The one server; absent where sentinels or a Cluster are named. */
  readonly address?: RedisAddress;
  readonly tls: boolean;
}

const DEFAULT_PORTS = { server: 6379, cluster: 6379, sentinel: 26_379 } as const;
/** `scheme://[user:password@]host[:port][,host[:port]…][/path][?query]`: the URL standard has no room for several hosts. */
const FORM =
  /^(redis|rediss|valkey|valkeys)(?:\+(sentinel|cluster))?:\/\/(?:([^@/?]*)@)?([^/?]*)(?:\/([^?]*))?(?:\?(.*))?$/;

const invalid = (message: string): StoreError => new StoreError("invalid_argument", message, { operation: "open" });

function decoded(part: string | undefined): string | undefined {
  if (part === undefined || part === "") return undefined;
  try {
    return decodeURIComponent(part);
  } catch {
    throw invalid("the Redis URL cannot be read");
  }
}

function readAddress(text: string, defaultPort: number): RedisAddress {
  if (text === "") return { host: "127.0.0.1", port: defaultPort };
  // A scheme that the URL standard does not know, so that no port counts as the usual one and is left out.
  const url = URL.parse(`host://${text}`);
  if (url === null || url.hostname === "") throw invalid("the Redis URL cannot be read");
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: url.port === "" ? defaultPort : Number(url.port),
  };
}

/**
 * Reads `redis://`, `rediss://` (TLS), `valkey://` or `valkeys://` (TLS) with one host; with `+sentinel` the hosts of sentinels, and
 * `?name=` for the master they watch over; with `+cluster` some nodes of a Cluster.
 * @throws StoreError invalid_argument. The message never holds the URL, which may hold a password.
 */
export function readUrl(text: string): RedisUrl {
  const match = FORM.exec(text);
  if (match === null) {
    throw invalid("a Redis URL is redis://, rediss://, valkey:// or valkeys://, with +sentinel or +cluster, and hosts");
  }
  const [, scheme = "", topology = "server", user, hosts = "", path = "", query = ""] = match;
  const kind = topology as keyof typeof DEFAULT_PORTS;
  if (!/^\d*$/.test(path)) throw invalid("the path of a Redis URL is a database number");
  const colon = user?.indexOf(":") ?? -1;
  const who = {
    username: decoded(colon < 0 ? user : user?.slice(0, colon)),
    password: colon < 0 ? undefined : decoded(user?.slice(colon + 1)),
    db: path === "" ? undefined : Number(path),
    tls: scheme === "rediss" || scheme === "valkeys",
  };
  const addresses = hosts.split(",").map((host) => readAddress(host, DEFAULT_PORTS[kind]));
  const [first, ...others] = addresses;
  const parameters = new URLSearchParams(query);
  const name = parameters.get("name");
  const isKnown = [...parameters.keys()].every((key) => kind === "sentinel" && key === "name");
  if (!isKnown) throw invalid("a Redis URL takes ?name= with +sentinel, and nothing else");

  if (kind === "cluster") return { ...who, cluster: addresses };
  if (kind === "sentinel") {
    if (!name) throw invalid("a Redis URL with +sentinel says ?name=, the master that the sentinels watch over");
    return { ...who, sentinels: { name, addresses } };
  }
  if (first === undefined || others.length > 0) throw invalid("a Redis URL of one server has one host");
  return { ...who, address: first };
}
