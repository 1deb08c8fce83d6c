import { createHmac } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isSignedWith, readTenantToken } from "../../src/access/tenant-token.ts";
import { signToken } from "../recorded/requests.ts";

const KEY = "f".repeat(64);
const UID = "00000001-0000-4000-8000-000000000001";
const CLAIMS = { apiKeyUid: UID, searchRules: { books: { filter: "a = 1" }, "*": null, "b*": {} }, exp: 5 };

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const withHeader = (header: unknown, key: string = KEY) => {
  const signed = `${encode(header)}.${encode(CLAIMS)}`;
  return `${signed}.${createHmac("sha256", key).update(signed).digest("base64url")}`;
};

describe("readTenantToken", () => {
  it("reads the claims", () => {
    expect(readTenantToken(signToken({ alg: "HS256", claims: CLAIMS, signWith: KEY }))).toEqual({
      apiKeyUid: UID,
      expiresAtS: 5,
      rules: new Map<string, unknown>([
        ["books", "a = 1"],
        ["*", null],
        ["b*", null],
      ]),
    });
  });

  it.each([
    ["an API key", KEY],
    ["two parts", "a.b"],
    ["four parts", "a.b.c.d"],
    ["not JSON", "YQ.YQ.YQ"],
    ["a JWT of someone else", signToken({ alg: "HS256", claims: { sub: "1" }, signWith: KEY })],
    ["an exp that is no number", signToken({ alg: "HS256", claims: { ...CLAIMS, exp: "soon" }, signWith: KEY })],
    ["rules of the wrong form", signToken({ alg: "HS256", claims: { ...CLAIMS, searchRules: [1] }, signWith: KEY })],
    ["a pattern that is none", signToken({ alg: "HS256", claims: { ...CLAIMS, searchRules: ["a*b"] }, signWith: KEY })],
    ["a rule that is none", signToken({ alg: "HS256", claims: { ...CLAIMS, searchRules: { a: 1 } }, signWith: KEY })],
  ])("takes %s for no tenant token", (_what, token) => expect(readTenantToken(token)).toBe(null));

  it("never throws", () => {
    const part = fc.oneof(
      fc.base64String(),
      fc.json().map((text) => Buffer.from(text).toString("base64url")),
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 4 }), (parts) => {
        const token = parts.join(".");
        expect(isSignedWith(token, KEY)).toBe(false);
        expect(readTenantToken(token)).toBe(null);
      }),
    );
  });
});

describe("isSignedWith", () => {
  it.each(["HS256", "HS384", "HS512"] as const)("takes %s with the right key only", (alg) => {
    const token = signToken({ alg, claims: CLAIMS, signWith: KEY });
    expect(isSignedWith(token, KEY)).toBe(true);
    expect(isSignedWith(token, KEY.replace("f", "e"))).toBe(false);
  });

  it.each(["none", "None", "RS256", "ES256", "PS256", "HS1", "hs256", "constructor", undefined, null, ["HS256"]])(
    "takes no other algorithm: %j",
    (alg) => expect(isSignedWith(withHeader({ alg, typ: "JWT" }), KEY)).toBe(false),
  );

  it("takes no token without a signature", () => {
    expect(isSignedWith(`${encode({ alg: "none" })}.${encode(CLAIMS)}.`, KEY)).toBe(false);
    expect(isSignedWith(`${encode({ alg: "HS256" })}.${encode(CLAIMS)}.`, KEY)).toBe(false);
  });

  it("takes no token of which one character has changed", () => {
    const token = signToken({ alg: "HS256", claims: CLAIMS, signWith: KEY });
    fc.assert(
      fc.property(fc.nat(token.length - 1), fc.constantFrom(..."ABCxyz019-_."), (at, character) => {
        fc.pre(token[at] !== character);
        expect(isSignedWith(token.slice(0, at) + character + token.slice(at + 1), KEY)).toBe(false);
      }),
    );
  });
});
