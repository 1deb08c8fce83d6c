import { createHmac } from "node:crypto";
import { masterKey, type RecordedCase } from "@miroir/dev-node/recorded";

type Request = RecordedCase["request"];
type Algorithm = keyof typeof HASHES;

/** A JWT to be made and sent: its header is `{alg, typ: "JWT"}`. */
interface TenantToken {
  readonly alg: Algorithm;
  readonly claims: unknown;
  /** The key it is signed with. */
  readonly signWith: string;
}

const HASHES = { HS256: "sha256", HS384: "sha384", HS512: "sha512" } as const;

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString("base64url");

export function signToken({ alg, claims, signWith }: TenantToken): string {
  const signed = `${encode({ alg, typ: "JWT" })}.${encode(claims)}`;
  return `${signed}.${createHmac(HASHES[alg], signWith).update(signed).digest("base64url")}`;
}

/** The value of the API key with that uid. */
const keyValue = (uid: string): string => createHmac("sha256", masterKey).update(uid).digest("hex");

const inSeconds = (seconds: string): string => new Date(Date.now() + Number(seconds) * 1000).toISOString();

/** Puts in what recordings leave open: `<key:UID>` is the value of a key, `<in:2s>` a date two seconds ahead. */
export function prepareRequest(request: Request & { readonly tenantToken?: TenantToken }): Request {
  const text = JSON.stringify(request)
    .replace(/<key:([0-9a-f-]+)>/g, (_, uid: string) => keyValue(uid))
    .replace(/<in:(\d+)s>/g, (_, seconds: string) => inSeconds(seconds));
  const { tenantToken, ...prepared } = JSON.parse(text) as typeof request;
  if (tenantToken === undefined) return prepared;
  return { ...prepared, headers: { ...prepared.headers, Authorization: `Bearer ${signToken(tenantToken)}` } };
}
