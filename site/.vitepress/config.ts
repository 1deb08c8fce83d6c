import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type DefaultTheme, defineConfig } from "vitepress";

const DOCS = join(import.meta.dirname, "../../docs");
const CONTENTS = "README.md";

/**
 * The sidebar is docs/README.md: a group for each line in bold, an entry for each link to a page.
 * @throws Error when a page of docs is not in it
 */
function readContents(): DefaultTheme.SidebarItem[] {
  const groups: { text: string; items: { text: string; link: string }[] }[] = [];
  const missing = new Set(readdirSync(DOCS).filter((name) => name.endsWith(".md") && name !== CONTENTS));
  for (const line of readFileSync(join(DOCS, CONTENTS), "utf8").split("\n")) {
    const heading = /^\*\*(.+)\*\*$/.exec(line)?.[1];
    if (heading !== undefined) groups.push({ text: heading, items: [] });
    for (const [, name = "", page = ""] of line.matchAll(/\[([^\]]+)\]\(([\w-]+)\.md\)/g)) {
      missing.delete(`${page}.md`);
      const text = name.charAt(0).toUpperCase() + name.slice(1);
      groups.at(-1)?.items.push({ text, link: `/docs/${page}` });
    }
  }
  if (missing.size > 0) throw new Error(`docs/${CONTENTS} does not list ${[...missing].join(", ")}`);
  return groups;
}

// The site is made of the checkout as it is: pages stay where people read them without it, and links work in both. A link to a
// page that there is not fails the build. Pages resolve Vue from where they are, so it is a dependency of the root.
export default defineConfig({
  title: "Miroir",
  description: "Many Meilisearch nodes that answer as one",
  srcDir: "..",
  srcExclude: ["**/node_modules/**", "**/test/**", "apps/**", "bench/**", "site/**"],
  rewrites: { "README.md": "index.md" },
  themeConfig: {
    nav: [
      { text: "Documentation", link: `/docs/${CONTENTS.replace(".md", "")}` },
      { text: "Architecture", link: "/ARCHITECTURE" },
      { text: "Contributing", link: "/CONTRIBUTING" },
    ],
    sidebar: readContents(),
    outline: [2, 3],
    search: { provider: "local" },
  },
});
