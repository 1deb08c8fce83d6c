import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { generate } from "selfsigned";

/** A certificate's files, and that of who signed it. */
export interface TlsFiles {
  readonly caFile: string;
  readonly certFile: string;
  readonly keyFile: string;
}

export interface TestCertificates {
  /** Of 127.0.0.1 and ::1. */
  readonly server: TlsFiles;
  readonly client: TlsFiles;
  /** Of an authority that signed neither. */
  readonly strangers: TlsFiles;
  remove(): Promise<void>;
}

const KEYS = { keyType: "ec", algorithm: "sha256" } as const;
const named = (value: string) => [{ name: "commonName", value }];

function makeAuthority(name: string) {
  const extensions = [
    { name: "basicConstraints", cA: true, critical: true } as const,
    { name: "keyUsage", keyCertSign: true, cRLSign: true, critical: true } as const,
  ];
  return generate(named(name), { ...KEYS, extensions });
}

type Authority = Awaited<ReturnType<typeof makeAuthority>>;

function makeCertificate(name: string, authority: Authority) {
  const altNames = ["127.0.0.1", "::1"].map((ip) => ({ type: 7 as const, ip }));
  return generate(named(name), {
    ...KEYS,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: "keyUsage", digitalSignature: true },
      { name: "extKeyUsage", serverAuth: true, clientAuth: true },
      { name: "subjectAltName", altNames },
    ],
  });
}

/** Two authorities: one that a server and a client have their certificates from, and a stranger. */
export async function makeCertificates(): Promise<TestCertificates> {
  const folder = await mkdtemp(join(tmpdir(), "miroir-certificates-"));
  const [authority, stranger] = await Promise.all([makeAuthority("authority"), makeAuthority("stranger")]);
  const files = async (name: string, signer: Authority): Promise<TlsFiles> => {
    const { cert, private: key } = await makeCertificate(name, signer);
    const file = (kind: string) => join(folder, `${name}.${kind}.pem`);
    await writeFile(file("ca"), signer.cert);
    await writeFile(file("cert"), cert);
    await writeFile(file("key"), key, { mode: 0o600 });
    return { caFile: file("ca"), certFile: file("cert"), keyFile: file("key") };
  };
  return {
    server: await files("server", authority),
    client: await files("client", authority),
    strangers: await files("strangers", stranger),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

/** A server's, or a sentinel's, settings that make it speak TLS and nothing else. */
export const tlsSettings = ({ caFile, certFile, keyFile }: TlsFiles, port: number): [string, string][] => [
  ["port", "0"],
  ["tls-port", String(port)],
  ["tls-ca-cert-file", caFile],
  ["tls-cert-file", certFile],
  ["tls-key-file", keyFile],
  ["tls-replication", "yes"],
];
