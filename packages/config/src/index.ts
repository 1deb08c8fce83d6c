export { DEVELOPMENT_NODES } from "./cross-checks.ts";
export type { Environment } from "./environment.ts";
export { type ConfigSources, type LoadedConfig, loadConfig } from "./load.ts";
export { ConfigError, type Mistake } from "./mistake.ts";
export { withoutSecrets } from "./print.ts";
export { type Config, configSchema, type Settings } from "./schema.ts";
export { SETTINGS, type Setting } from "./settings.ts";
