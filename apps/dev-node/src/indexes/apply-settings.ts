import type { Settings, SettingsPatch } from "@miroir/meilisearch";
import { DEFAULT_SETTINGS, MeilisearchError } from "@miroir/meilisearch";

type Json = Record<string, unknown>;

const sortedKeys = ["sortableAttributes", "stopWords", "nonSeparatorTokens", "separatorTokens", "dictionary"] as const;
const uniqueKeys = ["displayedAttributes", "searchableAttributes"] as const;

const isObject = (value: unknown): value is Json =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Settings kept as sets come back sorted and without duplicates. */
function sortedSet(values: readonly string[]): string[] {
  return [...new Set(values)].sort();
}

/** The members of an object setting one by one: null goes back to the default, absent stays. */
function merged(current: unknown, defaults: unknown, patch: unknown): unknown {
  if (patch === null) return defaults;
  if (!isObject(patch) || !isObject(current)) return patch;
  const out: Json = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    out[key] = merged(current[key], isObject(defaults) ? defaults[key] : undefined, value);
  }
  return out;
}

/**
 * Settings after an update. Throws invalid_settings_typo_tolerance when the merged word sizes contradict each other,
 * which cannot be seen in the update alone.
 */
export function applySettings(current: Settings, patch: SettingsPatch): Settings {
  const next: Json = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    const defaults = (DEFAULT_SETTINGS as unknown as Json)[key];
    if (key === "synonyms" || value === null) next[key] = value ?? defaults;
    else if (key === "embedders") next[key] = mergeEmbedders(next[key] as Json, value as Json);
    else next[key] = merged(next[key], defaults, value);
  }
  const settings = next as unknown as Settings;
  for (const key of sortedKeys) settings[key] = sortedSet(settings[key]);
  for (const key of uniqueKeys) settings[key] = [...new Set(settings[key])];
  const { typoTolerance } = settings;
  settings.typoTolerance = {
    ...typoTolerance,
    disableOnWords: sortedSet(typoTolerance.disableOnWords),
    disableOnAttributes: sortedSet(typoTolerance.disableOnAttributes),
  };
  const sizes = settings.typoTolerance.minWordSizeForTypos;
  if (sizes.oneTypo > sizes.twoTypos) {
    throw new MeilisearchError(
      "invalid_settings_typo_tolerance",
      `\`minWordSizeForTypos\` setting is invalid. \`oneTypo\` and \`twoTypos\` fields should be between \`0\` and \`255\`, and \`twoTypos\` should be greater or equals to \`oneTypo\` but found \`oneTypo: ${sizes.oneTypo}\` and \`twoTypos: ${sizes.twoTypos}\`.`,
    );
  }
  settings.faceting = {
    ...settings.faceting,
    sortFacetValuesBy: { "*": "alpha", ...settings.faceting.sortFacetValuesBy },
  };
  return settings;
}

function mergeEmbedders(current: Json, patch: Json): Json {
  const out: Json = { ...current };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name];
    else out[name] = { ...(isObject(out[name]) ? out[name] : {}), ...(value as Json) };
  }
  return out;
}

/** How a settings task shows what was asked for: sets sorted, attribute lists reset to `["*"]`. */
export function settingsDetails(patch: SettingsPatch): Json {
  const details: Json = { ...patch };
  for (const key of uniqueKeys) if (details[key] === null) details[key] = ["*"];
  for (const key of sortedKeys) if (Array.isArray(details[key])) details[key] = sortedSet(details[key] as string[]);
  const typos = details.typoTolerance;
  if (isObject(typos)) {
    const shown: Json = { ...typos };
    for (const key of ["disableOnWords", "disableOnAttributes"]) {
      if (Array.isArray(shown[key])) shown[key] = sortedSet(shown[key] as string[]);
    }
    details.typoTolerance = shown;
  }
  return details;
}
