/** How a delivery went: the status, or what kept it from being answered. */
export type Posted = { readonly status: number } | { readonly failure: string };

/** Sends a body once. Never throws. */
export type Post = (
  url: string,
  headers: Readonly<Record<string, string>>,
  body: Uint8Array,
  signal: AbortSignal,
) => Promise<Posted>;

/** These say how the body is sent, which is not the webhook's to say. */
const OURS: ReadonlySet<string> = new Set([
  "connection",
  "content-encoding",
  "content-length",
  "content-type",
  "expect",
  "keep-alive",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
]);

/** Header values travel as bytes: a character of UTF-8 as those it has. */
const asBytes = (value: string): string => Buffer.from(value, "utf8").toString("latin1");

function targetOf(text: string): { url: URL; authorization: string | null } {
  const url = new URL(text);
  const { username, password } = url;
  url.username = "";
  url.password = "";
  const credentials = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
  const isGiven = username !== "" || password !== "";
  return { url, authorization: isGiven ? `Basic ${Buffer.from(credentials).toString("base64")}` : null };
}

/**
 * Posts gzip NDJSON over HTTP or HTTPS, to any address the gateway reaches, those of private networks too. Redirects are not followed:
 * no client sends the body again after one.
 */
export const post: Post = async (url, headers, body, signal) => {
  try {
    const target = targetOf(url);
    if (!/^https?:$/.test(target.url.protocol)) return { failure: `the scheme ${target.url.protocol} is not HTTP` };
    const own = Object.entries(headers).filter(([name]) => !OURS.has(name.toLowerCase()));
    const sent = new Headers(own.map(([name, value]): [string, string] => [name, asBytes(value)]));
    if (target.authorization !== null && !sent.has("authorization")) sent.set("authorization", target.authorization);
    sent.set("content-encoding", "gzip");
    sent.set("content-type", "application/x-ndjson");
    const response = await fetch(target.url, {
      method: "POST",
      headers: sent,
      body: body as Uint8Array<ArrayBuffer>,
      redirect: "manual",
      signal,
    });
    await response.body?.cancel();
    return { status: response.status };
  } catch (error) {
    return { failure: reasonOf(error) };
  }
};

/** The kind of error and no more: texts may name the URL, and a URL may hold a password. */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "unknown";
  const { cause } = error;
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return typeof code === "string" ? code : error.name;
}
