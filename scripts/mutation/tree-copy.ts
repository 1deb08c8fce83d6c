import { execFileSync } from "node:child_process";
import { cpSync, existsSync, globSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface TreeCopy {
  readonly folder: string;
  remove(): void;
}

/**
 * The committed files in a folder of their own, to be changed at will. The dependencies are those of the checkout; what packages of the
 * workspace import of one another is the copy's.
 */
export function copyTree(root: string): TreeCopy {
  const folder = mkdtempSync(join(tmpdir(), "miroir-mutation-"));
  const archive = execFileSync("git", ["archive", "HEAD"], { cwd: root, maxBuffer: 1 << 30 });
  execFileSync("tar", ["--extract", "--directory", folder], { input: archive });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  for (const modules of globSync("packages/*/node_modules", { cwd: root })) {
    if (!existsSync(join(folder, modules, ".."))) continue;
    // The links in it are relative, and lead from the copy to the copy.
    cpSync(join(root, modules), join(folder, modules), { recursive: true, verbatimSymlinks: true });
  }
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
