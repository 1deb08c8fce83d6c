// Prints docs/configuration.md from the schema: `npm run docs`.

import { configSchema, SETTINGS } from "@miroir/config";
import { z } from "zod";
import { table } from "./markdown.ts";

const HEADER = ["setting", "variable", "default", "meaning"];

const INTRODUCTION = `# Configuration

<!-- Written by \`npm run docs\` from packages/config/src/schema.ts; change it there. -->

Every setting has a default, so that none is needed. Settings come from three places; a later one wins, setting by setting:

1. a YAML file: \`npm start -- --config miroir.yaml\`;
2. environment variables: \`MIROIR_\` and the setting's path in capitals, dots as underscores. An empty one counts as absent. Any
   other variable that begins with \`MIROIR_\` is a mistake, so that a misspelt key cannot start an open gateway; only what Kubernetes
   adds for a service called \`miroir\`, and the \`MIROIR_URL\` of the demo, are passed over;
3. options: \`npm start -- --set server.port=7800\`, as often as needed; \`--port\` and \`--bind\` are short for \`server.port\` and
   \`server.bind\`.

Secrets may come from files: \`MIROIR_MASTER_KEY_FILE\` names a file that holds the value of \`MIROIR_MASTER_KEY\`; the end of its line is
left out. So it is with every variable marked * below. A secret must not be given both ways.

\`npm start -- config check\` reads all of it, starts nothing and names every mistake at once, each with the path, variable or option to
change. \`npm start -- config print\` shows what is in force, in YAML, secrets as \`***\`.

Paths of files are relative to the folder the gateway is started from. Times are in milliseconds, sizes in bytes.
`;

type Property = z.core.JSONSchema.JSONSchema & { readonly secret?: boolean };

const propertiesOf = (schema: Property): [string, Property][] =>
  Object.entries(schema.properties ?? {}) as [string, Property][];

/** What a value must be, as far as the schema says it; a setting that may be `null` says so in its default. */
function rangeOf(property: Property): string {
  const inner = (property.anyOf ?? []) as readonly Property[];
  const { enum: values, minimum, maximum }: Property = Object.assign({}, property, ...inner);
  if (values) return ` One of ${values.map((value) => `\`${value}\``).join(", ")}.`;
  if (minimum === undefined) return "";
  return maximum === undefined || maximum === Number.MAX_SAFE_INTEGER
    ? ` ${minimum} or more.`
    : ` ${minimum} to ${maximum}.`;
}

function defaultOf({ default: value }: Property, isRequired: boolean): string {
  if (isRequired) return "required";
  return value === null || (Array.isArray(value) && value.length === 0) ? "none" : `\`${value}\``;
}

function variableOf(path: string, { secret }: Property): string {
  const variable = SETTINGS.find((setting) => setting.path.join(".") === path)?.variable;
  return variable === undefined ? "" : `\`${variable}\`${secret ? "*" : ""}`;
}

function row(path: string, property: Property, isRequired = false): string[] {
  const meaning = `${property.description}${rangeOf(property)}`;
  return [`\`${path}\``, variableOf(path, property), defaultOf(property, isRequired), meaning];
}

// The schema of what goes in, so that settings with a default are not required.
const schema: Property = z.toJSONSchema(configSchema, { io: "input" });
const isBlock = ([, property]: [string, Property]) => property.properties !== undefined;
/** The settings of a block, those of blocks within it too. */
const rowsOf = (path: string, properties: Property): string[][] =>
  propertiesOf(properties).flatMap(([name, property]) =>
    isBlock([name, property]) ? rowsOf(`${path}.${name}`, property) : [row(`${path}.${name}`, property)],
  );
const single = propertiesOf(schema).filter((entry) => !isBlock(entry));
const ofNodes = schema.properties?.nodes;
const ofNode = typeof ofNodes === "object" ? (ofNodes.items as Property) : {};

const parts = [
  INTRODUCTION,
  "## Single settings\n",
  table(
    HEADER,
    single.map(([name, property]) => row(name, property)),
  ),
  "## `nodes`\n",
  `\`MIROIR_NODES\` takes addresses with commas between them. They are dealt to the replica groups in turn, and their ids are host and
port. In the file each node is written out:\n`,
  table(
    ["setting", "default", "meaning"],
    propertiesOf(ofNode).map(([name, property]) => {
      const isRequired = ofNode.required?.includes(name) ?? false;
      const [path = "", , byDefault = "", meaning = ""] = row(`nodes[].${name}`, property, isRequired);
      return [path, byDefault, meaning];
    }),
  ),
  ...propertiesOf(schema)
    .filter(isBlock)
    .flatMap(([block, properties]) => [`## \`${block}\`\n`, table(HEADER, rowsOf(block, properties))]),
];
process.stdout.write(parts.join("\n"));
