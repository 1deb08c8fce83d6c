import { defineConfig } from "vitest/config";

// One configuration for every package; each runs it from its own folder.
export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    reporters: ["default", ["json", { outputFile: ".vitest/report.json" }]],
  },
});
