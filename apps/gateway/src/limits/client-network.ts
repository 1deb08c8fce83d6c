import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";
import ipaddr from "ipaddr.js";

const GROUPS_OF_A_SUBSCRIBER = 4;
/** Some proxies write the client's port behind its address. */
const WITH_PORT = /^(?:\[([^\]]+)\]|(\d+\.\d+\.\d+\.\d+)):\d+$/;

/**
 * Whom an address stands for: an IPv4 address for itself, an IPv6 one for its /64, since that many are one subscriber's to choose from
 * (RFC 6177). An IPv4 address in IPv6 clothes is the IPv4 one.
 * @returns `null` for what is no address.
 */
export function networkOf(text: string): string | null {
  const [, inBrackets, beforePort] = WITH_PORT.exec(text) ?? [];
  const bare = inBrackets ?? beforePort ?? text;
  if (isIP(bare) === 0) return null;
  const address = ipaddr.process(bare);
  if (address instanceof ipaddr.IPv4) return address.toString();
  const groups = address.parts.slice(0, GROUPS_OF_A_SUBSCRIBER).map((part) => part.toString(16));
  return `${groups.join(":")}::/64`;
}

/**
 * Whom a request comes from. Fastify reads `X-Forwarded-For` up to the first address that is not a trusted proxy's; what a
 * proxy wrote there and is no address counts as the proxy's own.
 */
export function clientNetwork({ ip, socket }: FastifyRequest): string {
  return networkOf(ip) ?? networkOf(socket.remoteAddress ?? "") ?? "unknown";
}
