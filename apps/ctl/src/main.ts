#!/usr/bin/env node
// The program: what it runs is loaded only once that has been made quick.
import "@miroir/schema/quick-imports";

// Whoever reads may have read enough, such as `head`.
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

const { run } = await import("./run.ts");
process.exitCode = await run(process.argv.slice(2), {
  env: process.env,
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
});
