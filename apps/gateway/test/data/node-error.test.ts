import { describe, expect, it } from "vitest";
import { scrubError, scrubText } from "../../src/execute/node-error.ts";

/** What nodes write, and what clients may read of it. */
const TEXTS = [
  [
    'Index `a`: Attribute `x` is not filterable. Available filterable attribute patterns are: `_miroir_shard`.\n3:4 ("x" = "1") AND ("_miroir_shard" = "⦃⦃⦄⦄")',
    'Index `a`: Attribute `x` is not filterable. This index does not have configured filterable attributes.\n3:4 ("x" = "1")',
  ],
  [
    "Index `a`: Attribute `x` is not filterable. Available filterable attribute patterns are: `_miroir_shard`, `color`, `size`.\n1:2 x = 1",
    "Index `a`: Attribute `x` is not filterable. Available filterable attribute patterns are: `color`, `size`.\n1:2 x = 1",
  ],
  [
    'Attribute `x` is not filterable. Available filterable attribute patterns are: `_miroir_shard`, `color`.\n3:4 ("x" = "1") AND ("_miroir_shard" IN ["⦃⦃⦄⦄", "⦃⦃⦄⦅"])',
    'Attribute `x` is not filterable. Available filterable attribute patterns are: `color`.\n3:4 ("x" = "1")',
  ],
  [
    "Invalid facet distribution: Pattern `zz` is not filterable. Available filterable attributes patterns are: `*, _miroir_shard`.",
    "Invalid facet distribution: Pattern `zz` is not filterable. Available filterable attributes patterns are: `*`.",
  ],
  [
    'Document doesn\'t have a `id` attribute: `{"a":1,"_miroir_shard":"⦃⦃⦄⦄","_miroir_seq":"⦃⦃⦄⦄⦃⦃⦄⦄⦃⦃⦄⦄"}`.',
    'Document doesn\'t have a `id` attribute: `{"a":1}`.',
  ],
  ["Nothing of ours in `here`.", "Nothing of ours in `here`."],
] as const;

describe("a node's text", () => {
  it.each(TEXTS)("%s", (text, expected) => {
    expect(scrubText(text)).toBe(expected);
  });

  it("leaves no trace, whatever it says", () => {
    const text = "about `_miroir_shard` and _miroir_seq:asc with ⦃⦃⦄⦄ in it";
    expect(scrubText(text)).not.toMatch(/_miroir|[\u2983-\u2992]/);
  });

  it("numbers filterable rules as the client does", () => {
    const error = { code: "x", type: "x", link: "x" };
    const message = "this attribute matches rule #2 in filterableAttributes";
    expect(scrubError({ ...error, message }, null).message).toBe(
      "this attribute matches rule #0 in filterableAttributes",
    );
  });

  it("tells of an index by the name that clients know", () => {
    const error = {
      code: "x",
      type: "x",
      link: "x",
      message: "Index `movies-0a`: no `id` in .facetsByIndex.movies-0a",
    };
    const index = { uid: "movies", physicalUid: "movies-0a" };
    expect(scrubError(error, index).message).toBe("Index `movies`: no `id` in .facetsByIndex.movies");
  });
});
