/** A gateway that answered with an error, or not at all. `code` is the API's, or `unreachable`, or `no_gateway`. */
class GatewayError extends Error {
  override readonly name = "GatewayError";
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** One gateway, as its operators ask it. */
export interface GatewayClient {
  readonly url: string;
  /** The body of a 2xx answer. @throws GatewayError */
  get<T>(path: string): Promise<T>;
  /** The body of a 2xx answer. @throws GatewayError */
  send<T>(method: "POST" | "DELETE", path: string): Promise<T>;
  /** Status and body, whatever they are. @throws GatewayError `unreachable` */
  look(path: string): Promise<{ readonly status: number; readonly body: unknown }>;
}

const TIMEOUT_MS = 30_000;

/** @param key sent as a bearer token, where there is one */
export function createGatewayClient(url: string, key: string | null): GatewayClient {
  const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };

  async function ask(method: string, path: string): Promise<Response> {
    try {
      return await fetch(`${url}${path}`, { method, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    } catch (error) {
      throw new GatewayError("unreachable", `no gateway answers at ${url}: ${reasonOf(error)}`);
    }
  }

  async function request<T>(method: string, path: string): Promise<T> {
    const response = await ask(method, path);
    const text = await response.text();
    if (response.ok) return parsed(text, url) as T;
    const { code = `http_${response.status}`, message } = envelopeOf(text);
    if (message === undefined) throw noGateway(url, `it answers ${path} with ${response.status}`);
    const hint = response.status === 401 || response.status === 403 ? " (--key-file names the key to send)" : "";
    throw new GatewayError(code, `${message}${hint}`);
  }

  return {
    url,
    get: (path) => request("GET", path),
    send: request,
    async look(path) {
      const response = await ask("GET", path);
      const text = await response.text();
      return { status: response.status, body: text === "" ? null : parsed(text, url) };
    },
  };
}

const noGateway = (url: string, because: string): GatewayError =>
  new GatewayError("no_gateway", `what answers at ${url} is no gateway: ${because}`);

function parsed(text: string, url: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw noGateway(url, "it sends no JSON");
  }
}

/** What stands behind fetch's "fetch failed". */
function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { cause } = error;
  return cause instanceof Error && cause.message !== "" ? cause.message : error.message;
}

function envelopeOf(text: string): { readonly code?: string; readonly message?: string } {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
