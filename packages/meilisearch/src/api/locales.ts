import type { Read } from "./readers.ts";
import { readString, wrongValue } from "./readers.ts";

/** The languages a node knows: ISO 639-3 codes, then ISO 639-1 codes. */
const LOCALES = new Set(
  (
    "afr aka amh ara aze bel ben bul cat ces cmn dan deu ell eng epo est fin fra guj heb hin hrv hun hye ind ita jav jpn kan " +
    "kat khm kor lat lav lit mal mar mkd mya nep nld nob ori pan pes pol por ron rus sin slk slv sna spa srp swe tam tel tgl " +
    "tha tuk tur ukr urd uzb vie yid zho zul " +
    "af ak am ar az be bn bg ca cs zh da de el en eo et fi fr gu he hi hr hu hy id it jv ja kn ka km ko la lv lt ml mr mk my " +
    "ne nl nb or pa fa pl pt ro ru si sk sl sn es sr sv ta te tl th tk tr uk ur uz vi yi zu"
  ).split(" "),
);

export const readLocale: Read<string> = (value, place) => {
  const locale = readString(value, place);
  if (LOCALES.has(locale)) return locale;
  throw wrongValue(place, `unsupported locale \`${locale}\`, expected an ISO 639-1 or ISO 639-3 code`);
};
