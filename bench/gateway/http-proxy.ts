// A peer of the gateway: @fastify/http-proxy in front of the node that is named.
import proxy from "@fastify/http-proxy";
import Fastify from "fastify";

const [upstream = ""] = process.argv.slice(2);
const app = Fastify();
await app.register(proxy, { upstream });
console.log(`proxy at ${await app.listen({ host: "127.0.0.1", port: 0 })}`);
process.once("SIGTERM", () => void app.close());
