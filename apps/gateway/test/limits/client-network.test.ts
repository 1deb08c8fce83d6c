import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { networkOf } from "../../src/limits/client-network.ts";

describe("a client's network", () => {
  it.each([
    ["192.0.2.1", "192.0.2.1"],
    ["192.0.2.1:4711", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::ffff:c000:201", "192.0.2.1"],
    ["[::ffff:192.0.2.1]:4711", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["[2001:db8:1:2::9]:4711", "2001:db8:1:2::/64"],
    ["2001:0DB8:0001:0002::", "2001:db8:1:2::/64"],
    ["::1", "0:0:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["", null],
    ["unknown", null],
    ["_hidden", null],
    ["192.0.2", null],
    ["3221225985", null],
    ["0x7f.1", null],
    ["192.0.2.1, 192.0.2.2", null],
    ["[192.0.2.1]", null],
    ["2001:db8::1::2", null],
  ])("of %j is %j", (text, network) => {
    expect(networkOf(text)).toBe(network);
  });

  it("is the same for two IPv6 addresses whose first 64 bits are, and for no others, however they are written", () => {
    const group = fc.integer({ min: 0, max: 0xffff });
    const half = fc.tuple(group, group, group, group);
    const hex = (groups: readonly number[]) => groups.map((it) => it.toString(16));
    const written = (groups: readonly number[], style: "short" | "long" | "url") => {
      if (style === "short") return hex(groups).join(":");
      if (style === "url") return new URL(`http://[${hex(groups).join(":")}]`).host.slice(1, -1);
      return hex(groups)
        .map((it) => it.padStart(4, "0").toUpperCase())
        .join(":");
    };
    const style = fc.constantFrom("short" as const, "long" as const, "url" as const);
    // Not the IPv4 addresses in IPv6 clothes, which are their own.
    const prefix = half.filter(([a]) => a !== 0);
    fc.assert(
      fc.property(prefix, prefix, half, half, style, style, (one, other, low, lower, a, b) => {
        const network = networkOf(written([...one, ...low], a));
        expect(networkOf(written([...one, ...lower], b))).toBe(network);
        expect(networkOf(written([...other, ...lower], b)) === network).toBe(`${one}` === `${other}`);
      }),
    );
  });
});
