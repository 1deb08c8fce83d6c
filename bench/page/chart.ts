import type { Growth } from "../growth/index.ts";

const WIDTH = 1080;
const PANEL = { width: 400, height: 300, top: 50, left: 70 };
const SECOND = 550;
const LEGEND_TOP = 400;
const COLORS = ["#1b6ca8", "#d1495b", "#2e933c", "#edae49", "#7b4fa3", "#00798c", "#8d5524", "#d81b9c", "#555555"];
const ROWS = [1e3, 1e4, 1e5, 1e6];
const MS = [0.001, 0.01, 0.1, 1, 10, 100, 1000];

/** How long each call takes by the number of rows, both axes logarithmic, one panel for each backend. */
export function drawGrowth(growths: readonly Growth[]): string {
  const names = [...new Set(growths.flatMap(({ operations }) => operations.map(({ name }) => name)))];
  const color = (name: string): string => COLORS[names.indexOf(name) % COLORS.length] ?? "#000";
  const legend = names.map((name, i) => {
    const [x, y] = [PANEL.left + (i % 3) * 330, LEGEND_TOP + 20 + Math.floor(i / 3) * 22];
    return `<rect x="${x}" y="${y - 9}" width="18" height="4" fill="${color(name)}"/><text x="${x + 26}" y="${y - 3}">${name}</text>`;
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${LEGEND_TOP + 80}" font-family="sans-serif" font-size="13" fill="#222">`,
    `<rect width="100%" height="100%" fill="#fff"/>`,
    ...growths.map((growth, i) => panel(growth, i === 0 ? PANEL.left : SECOND + PANEL.left, color)),
    ...legend,
    "</svg>",
    "",
  ].join("\n");
}

function panel({ backend, sizes, operations }: Growth, left: number, color: (name: string) => string): string {
  const x = (rows: number) => left + (Math.log10(rows / 1e3) / 3) * PANEL.width;
  const y = (ms: number) => PANEL.top + PANEL.height - (Math.log10(ms / 0.001) / 6) * PANEL.height;
  const [bottom, right] = [PANEL.top + PANEL.height, left + PANEL.width];
  const lines = [
    `<text x="${left}" y="${PANEL.top - 18}" font-size="16" font-weight="bold">${backend === "sqlite" ? "SQLite" : "Redis"}: ms for one call</text>`,
    ...MS.map(
      (ms) =>
        `<line x1="${left}" y1="${y(ms)}" x2="${right}" y2="${y(ms)}" stroke="#ddd"/><text x="${left - 8}" y="${y(ms) + 4}" text-anchor="end">${ms}</text>`,
    ),
    ...ROWS.map(
      (rows) =>
        `<line x1="${x(rows)}" y1="${PANEL.top}" x2="${x(rows)}" y2="${bottom}" stroke="#ddd"/><text x="${x(rows)}" y="${bottom + 20}" text-anchor="middle">${rows.toLocaleString("en")} rows</text>`,
    ),
  ];
  for (const { name, callMs } of operations) {
    const points = callMs.map(({ median }, i) => `${x(sizes[i] ?? 1e3).toFixed(1)},${y(median).toFixed(1)}`);
    lines.push(
      `<polyline points="${points.join(" ")}" fill="none" stroke="${color(name)}" stroke-width="2"><title>${name}</title></polyline>`,
    );
    for (const point of points) {
      const [cx, cy] = point.split(",");
      lines.push(`<circle cx="${cx}" cy="${cy}" r="3" fill="${color(name)}"/>`);
    }
  }
  return lines.join("\n");
}
