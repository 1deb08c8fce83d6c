#!/usr/bin/env node
// `miroir`, once `npm link` has put it on the path.
process.argv.splice(2, 0, "miroir");
await import("../bootstrap.mjs");
