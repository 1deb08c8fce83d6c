const UNITS = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"];

/** The number of bytes that such a text says; 0 for any other text. */
export function readHumanSize(text: string): number {
  const [number = "", unit = ""] = text.split(" ");
  const power = UNITS.indexOf(unit);
  return power === -1 ? 0 : Math.round(Number(number) * 1024 ** power) || 0;
}

/** A number of bytes as a node writes it for people: binary units, at most two decimals. */
export function humanSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit++;
  }
  return `${Number(value.toFixed(2))} ${UNITS[unit]}`;
}
