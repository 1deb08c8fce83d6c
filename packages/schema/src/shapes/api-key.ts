import { z } from "zod";

/** Meilisearch actions (`search`, `documents.*`, `*`) or index patterns (`movies`, `movies*`, `*`). */
export const stringList = z.array(z.string());
