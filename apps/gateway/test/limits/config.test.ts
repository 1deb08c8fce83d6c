import { mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { loadConfig } from "@miroir/config";
import { describe, expect, it } from "vitest";

async function load(yaml: string, env: Record<string, string> = {}) {
  const file = join(await mkdtemp(join(tmpdir(), "miroir-limits-")), "miroir.yaml");
  await writeFile(file, yaml);
  return loadConfig({ file, env });
}

const placesIn = (yaml: string): Promise<string[]> =>
  load(yaml).then(
    () => [],
    (error) => error.mistakes.map(({ where }: { where: string }) => where),
  );

const KEY = "master_key: masterKeymasterKey\n";
const search = (block: string) => `${KEY}rate_limits: { search: ${block} }`;
const proxies = (list: string) => `server: { trusted_proxies: ${list} }`;

describe("the settings of rate limits", () => {
  it("limit nothing and trust nobody unless told", async () => {
    const { config } = await load("");
    const none = { perKey: null, perAddress: null, windowMs: 1000 };
    expect(config.rateLimits).toEqual({ search: none, read: none, write: none });
    expect(config.server.trustedProxies).toEqual([]);
  });

  it("come from the file and from variables, lists with commas", async () => {
    const { config } = await load(`${KEY}rate_limits: { write: { per_key: 5, window_ms: 60000 } }`, {
      MIROIR_RATE_LIMITS_SEARCH_PER_ADDRESS: "7",
      MIROIR_SERVER_TRUSTED_PROXIES: " 10.0.0.0/8, ::1 ,",
    });
    expect(config.rateLimits.write).toEqual({ perKey: 5, perAddress: null, windowMs: 60_000 });
    expect(config.rateLimits.search.perAddress).toBe(7);
    expect(config.server.trustedProxies).toEqual(["10.0.0.0/8", "::1"]);
  });

  it.each([
    ["a limit of none", search("{ per_key: 0 }"), ["rate_limits.search.per_key"]],
    ["a negative limit", search("{ per_address: -1 }"), ["rate_limits.search.per_address"]],
    ["a fraction", search("{ per_key: 1.5 }"), ["rate_limits.search.per_key"]],
    ["a limit in words", search("{ per_key: many }"), ["rate_limits.search.per_key"]],
    ["a number as text", search('{ per_key: "10" }'), ["rate_limits.search.per_key"]],
    ["a limit beyond counting", search("{ per_key: 1e12 }"), ["rate_limits.search.per_key"]],
    ["a limit that is not finite", search("{ per_key: .inf }"), ["rate_limits.search.per_key"]],
    ["no window", search("{ window_ms: 0 }"), ["rate_limits.search.window_ms"]],
    ["a window of more than a day", search("{ window_ms: 86400001 }"), ["rate_limits.search.window_ms"]],
    ["a window in words", search("{ window_ms: 1s }"), ["rate_limits.search.window_ms"]],
    ["a number in place of a block", search("10"), ["rate_limits.search"]],
    ["a misspelt setting", search("{ per_keys: 1 }"), ["rate_limits.search.per_keys"]],
    ["a kind of request that there is not", `${KEY}rate_limits: { reads: { per_key: 1 } }`, ["rate_limits.reads"]],
    [
      "limits per key where there are no keys",
      "rate_limits: { search: { per_key: 1 }, write: { per_key: 1, per_address: 1 } }",
      ["rate_limits.search.per_key", "rate_limits.write.per_key"],
    ],
    ["a proxy by name", proxies("[proxy.internal]"), ["server.trusted_proxies[0]"]],
    ["a network that is too narrow to be one", proxies("[10.0.0.0/33]"), ["server.trusted_proxies[0]"]],
    ["an address that is none", proxies("[127.0.0.1, 10.0.0.256]"), ["server.trusted_proxies[1]"]],
    ["an address that is not in a list", proxies("127.0.0.1"), ["server.trusted_proxies"]],
    ["a session without time", "admin: { session_ttl_ms: 0 }", ["admin.session_ttl_ms"]],
    ["a session of more than a day", "admin: { session_ttl_ms: 86400001 }", ["admin.session_ttl_ms"]],
  ])("refuse %s", async (_what, yaml, places) => {
    expect(await placesIn(yaml)).toEqual(places);
  });
});
