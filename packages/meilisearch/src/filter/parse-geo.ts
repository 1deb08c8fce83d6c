import type { Filter, GeoPoint } from "./ast.ts";
import type { TokenReader } from "./token-reader.ts";

const NUMBER = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;

const parseNumber = (tokens: TokenReader): string => {
  const token = tokens.peek();
  if (token?.kind !== "word" || !NUMBER.test(token.text)) throw tokens.error("Was expecting a number");
  tokens.take();
  return token.text;
};

/** Numbers up to the closing symbol, which is taken too. */
const parseNumbers = (tokens: TokenReader, close: string): string[] => {
  const numbers = [parseNumber(tokens)];
  while (tokens.takeSymbol(",")) numbers.push(parseNumber(tokens));
  if (!tokens.takeSymbol(close)) throw tokens.error(`Expression is missing the closing delimiter \`${close}\``);
  return numbers;
};

const asPoint = (tokens: TokenReader, numbers: readonly string[]): GeoPoint => {
  const [latitude, longitude, ...rest] = numbers;
  if (latitude === undefined || longitude === undefined || rest.length > 0)
    throw tokens.error("A point is a latitude and a longitude");
  if (Math.abs(Number(latitude)) > 90)
    throw tokens.error(`Bad latitude \`${latitude}\`. Latitude must be contained between -90 and 90 degrees`);
  if (Math.abs(Number(longitude)) > 180)
    throw tokens.error(`Bad longitude \`${longitude}\`. Longitude must be contained between -180 and 180 degrees`);
  return [latitude, longitude];
};

const parsePoints = (tokens: TokenReader): GeoPoint[] => {
  const points: GeoPoint[] = [];
  do {
    if (!tokens.takeSymbol("[")) throw tokens.error("Was expecting a point `[latitude, longitude]`");
    points.push(asPoint(tokens, parseNumbers(tokens, "]")));
  } while (tokens.takeSymbol(","));
  if (!tokens.takeSymbol(")")) throw tokens.error("Expression is missing the closing delimiter `)`");
  return points;
};

const open = (tokens: TokenReader, name: string): boolean => {
  if (!tokens.takeKeyword(name)) return false;
  if (!tokens.takeSymbol("(")) throw tokens.error(`Was expecting \`(\` after \`${name}\``);
  return true;
};

const parseRadius = (tokens: TokenReader): Filter => {
  const [latitude = "", longitude = "", radius, resolution, ...rest] = parseNumbers(tokens, ")");
  if (radius === undefined || rest.length > 0)
    throw tokens.error("The `_geoRadius` filter expects three arguments: `_geoRadius(latitude, longitude, radius)`");
  const center = asPoint(tokens, [latitude, longitude]);
  return { kind: "geoRadius", center, radius, ...(resolution !== undefined && { resolution }) };
};

const parseBoundingBox = (tokens: TokenReader): Filter => {
  const [topRight, bottomLeft, ...rest] = parsePoints(tokens);
  if (!topRight || !bottomLeft || rest.length > 0)
    throw tokens.error(
      "The `_geoBoundingBox` filter expects two pairs of arguments: `_geoBoundingBox([latitude, longitude], [latitude, longitude])`",
    );
  if (Number(topRight[0]) < Number(bottomLeft[0]))
    throw tokens.error(`The top latitude \`${topRight[0]}\` is below the bottom latitude \`${bottomLeft[0]}\``);
  return { kind: "geoBoundingBox", topRight, bottomLeft };
};

/** `_geoRadius(…)`, `_geoBoundingBox(…)` or `_geoPolygon(…)`; null if none begins here. */
export const parseGeo = (tokens: TokenReader): Filter | null => {
  if (open(tokens, "_geoRadius")) return parseRadius(tokens);
  if (open(tokens, "_geoBoundingBox")) return parseBoundingBox(tokens);
  if (open(tokens, "_geoPolygon")) {
    const points = parsePoints(tokens);
    if (points.length < 3) throw tokens.error("The `_geoPolygon` filter expects at least three points");
    return { kind: "geoPolygon", points };
  }
  return null;
};
