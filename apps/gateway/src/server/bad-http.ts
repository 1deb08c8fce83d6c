import type { Socket } from "node:net";
import type { ConnectionError } from "fastify";

const LINES: Readonly<Record<string, string>> = {
  ERR_HTTP_REQUEST_TIMEOUT: "408 Request Timeout",
  HPE_HEADER_OVERFLOW: "431 Request Header Fields Too Large",
};

/** What is no HTTP gets the answer that a node gives: a status without a body, and the connection ends. */
export function refuseBadHttp({ code }: ConnectionError, socket: Socket): void {
  if (!socket.writable || code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  socket.end(`HTTP/1.1 ${LINES[code] ?? "400 Bad Request"}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
}
