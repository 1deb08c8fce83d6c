// What tests of other packages start.
export { makeCertificates } from "./certificates.ts";
export { startCluster } from "./cluster.ts";
export { startServer, testPrefix } from "./redis.ts";
export { MASTER, startSentinels } from "./sentinel.ts";
