// Imported for its effect, by whatever starts a thread that will load drizzle-orm, before it does.
//
// For every file of a package Node reads the package.json above it, and parses its `exports` each time; drizzle-orm's is
// 180 kB, and a hundred of its files are loaded. A third of what a start computes is this. Files of the package
// import each other by relative paths only, and those called `.js` are modules: nothing has to be looked up for them.
import { registerHooks } from "node:module";

const PACKAGE = "drizzle-orm";
const FOLDER = `/node_modules/${PACKAGE}/`;

/** Where the package's entries are; there is one version of it, or rows and tables would not fit together. */
const entries = new Map<string, string>();

const found = (url: string) => ({ url, format: "module", shortCircuit: true });

registerHooks({
  resolve(specifier, context, nextResolve) {
    const { parentURL } = context;
    const isWithin = specifier.startsWith(".") && specifier.endsWith(".js") && parentURL?.includes(FOLDER);
    if (isWithin) return found(new URL(specifier, parentURL).href);
    if (specifier !== PACKAGE && !specifier.startsWith(`${PACKAGE}/`)) return nextResolve(specifier, context);
    const known = entries.get(specifier);
    if (known !== undefined) return found(known);
    const resolved = nextResolve(specifier, context);
    if (resolved.format === "module") entries.set(specifier, resolved.url);
    return resolved;
  },
});
