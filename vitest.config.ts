import { defineConfig } from "vitest/config";

// One configuration for every package; each runs it from its own folder.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", ["json", { outputFile: ".vitest/report.json" }]],
    // Node imports the files as it does when they are installed, once for all tests: a file's tests clean up what they set up.
    experimental: { viteModuleRunner: false },
    isolate: false,
    // As the programs do, before they load the store.
    execArgv: ["--import", new URL("packages/schema/src/quick-imports.ts", import.meta.url).href],
    // Many tests wait for processes they started; a second file makes use of that.
    maxWorkers: 2,
    // For a test that hangs, and long enough for any other on a machine that does much besides: no test measures time.
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
