// Prints charts/miroir/values.schema.json: `npm run docs`.
import { VALUES_SCHEMA } from "../schema/values.ts";

process.stdout.write(`${JSON.stringify(VALUES_SCHEMA, null, 2)}\n`);
