import { defineConfig } from "drizzle-kit";

export default defineConfig({
  dialect: "sqlite",
  schema: ["./packages/schema/src/tables/*.ts", "./packages/schema/src/beside/*.ts"],
  out: "./packages/schema/migrations",
});
