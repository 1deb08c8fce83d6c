import type { Config } from "@miroir/config";

/** What opens `/_miroir/*`; `null` when that is open to all. */
export const adminKeyOf = ({ admin, masterKey }: Pick<Config, "masterKey" | "admin">): string | null =>
  admin.apiKey ?? masterKey;
