import { readFileSync } from "node:fs";
import { connect, type TLSSocket } from "node:tls";
import { StoreError } from "@miroir/store-contract";

/** PEM files. */
export interface TlsFiles {
  /** Certificates of who signed the server's, instead of those that the machine trusts. */
  readonly caFile?: string | undefined;
  /** The certificate that is shown to the server, which may ask for one; with `keyFile`. */
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
}

/** What Node's `tls.connect` takes. */
export interface Tls {
  readonly ca?: Buffer;
  readonly cert?: Buffer;
  readonly key?: Buffer;
}

const invalid = (message: string, cause?: unknown): StoreError =>
  new StoreError("invalid_argument", message, { operation: "open", cause });

function readPem(what: string, file: string): Buffer {
  let text: Buffer;
  try {
    text = readFileSync(file);
  } catch (cause) {
    throw invalid(`the ${what} cannot be read: ${cause instanceof Error ? cause.message : cause}`, cause);
  }
  // OpenSSL takes a file without a certificate for one with no certificates: nothing would be trusted, and nobody would be told why.
  if (!text.includes("-----BEGIN ")) throw invalid(`the ${what} holds no PEM: ${file}`);
  return text;
}

/** Reads the files, once: certificates that are replaced later need a restart. @throws StoreError invalid_argument, naming the file. */
export function readTls({ caFile, certFile, keyFile }: TlsFiles = {}): Tls {
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw invalid("a client's certificate needs its key, and a key its certificate");
  }
  return {
    ...(caFile === undefined ? {} : { ca: readPem("CA file", caFile) }),
    ...(certFile === undefined ? {} : { cert: readPem("certificate file", certFile) }),
    ...(keyFile === undefined ? {} : { key: readPem("key file", keyFile) }),
  };
}

/** How long a server may take to refuse a certificate after it shook hands: with TLS 1.3 the client is done first. */
const REFUSED_WITHIN_MS = 500;

/**
 * Shakes hands and sends nothing, so that what the server says of it is read: a client that is writing meanwhile only sees that the
 * connection is gone, and one that looks for a master does not tell why it found none.
 * @returns why it failed; `null` when it did not, or within `timeoutMs` did not end.
 */
export function tryTls(tls: Tls, host: string, port: number, timeoutMs: number): Promise<Error | null> {
  return new Promise((resolve) => {
    const socket: TLSSocket = connect({ ...tls, host, port, timeout: timeoutMs });
    const settle = (error: Error | null) => {
      socket.destroy();
      resolve(error);
    };
    socket.once("error", settle);
    socket.once("timeout", () => settle(null));
    socket.once("close", () => settle(null));
    socket.once("secureConnect", () => socket.setTimeout(REFUSED_WITHIN_MS));
  });
}
