import { styleText } from "node:util";

/** Where the program writes. Colours are for terminals, and for nobody who has set NO_COLOR. */
export interface Streams {
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

type Style = "bold" | "red" | "green" | "yellow";

export const styled = (stream: NodeJS.WriteStream, style: Style, text: string): string =>
  styleText(style, text, { stream, validateStream: true });

/** So many of that: `1 node`, `2 nodes`. */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

/** Rows of cells in columns; numbers to the right. */
export function columns(rows: readonly (readonly (string | number)[])[]): string {
  const widths: number[] = [];
  for (const row of rows) {
    for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, String(cell).length);
  }
  const lines = rows.map((row) =>
    row
      .map((cell, i) => {
        const width = widths[i] ?? 0;
        return typeof cell === "number" ? String(cell).padStart(width) : cell.padEnd(width);
      })
      .join("  ")
      .trimEnd(),
  );
  return lines.map((line) => `${line}\n`).join("");
}

/** The same under a line of names. */
export function table(
  stream: NodeJS.WriteStream,
  header: readonly string[],
  rows: readonly (readonly (string | number)[])[],
): string {
  const [names = "", ...lines] = columns([header, ...rows]).split(/(?<=\n)/);
  return `${styled(stream, "bold", names.trimEnd())}\n${lines.join("")}`;
}
