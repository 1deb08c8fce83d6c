import type { ExperimentalFeatures, Settings, SettingsPatch } from "@miroir/meilisearch";
import {
  MeilisearchError,
  parseJsonBody,
  parseSetting,
  parseSettings,
  RESET_SETTINGS,
  SETTING_ROUTES,
} from "@miroir/meilisearch";
import { settingsDetails } from "../indexes/apply-settings.ts";
import type { NodeState } from "../node-state.ts";
import { checkIndexUid, findIndex, findOrCreateIndex } from "../node-state.ts";
import type { Route, RouteReply } from "./route.ts";
import { summarize } from "./summarize.ts";

/** The settings of an index as a whole and one by one. */
export function settingsRoutes(state: NodeState): Route[] {
  const update = (uid: string, patch: SettingsPatch, isReset: boolean): RouteReply => {
    const task = state.tasks.enqueue({
      type: "settingsUpdate",
      indexUid: uid,
      details: settingsDetails(patch),
      run() {
        // A reset does not make an index that is not there.
        const index = isReset ? findIndex(state, uid) : findOrCreateIndex(state, uid);
        index.changeSettings(patch);
        return undefined;
      },
    });
    return { status: 202, body: summarize(task) };
  };

  const whole: Route[] = [
    {
      method: "GET",
      path: "/indexes/:uid/settings",
      handle: ({ params }) => ({
        status: 200,
        body: shownSettings(findIndex(state, params.uid as string).settings, state.features),
      }),
    },
    {
      method: "PATCH",
      path: "/indexes/:uid/settings",
      handle({ params, body, headers }) {
        const uid = checkIndexUid(params.uid as string);
        return update(uid, parseSettings(parseJsonBody(body, headers["content-type"]), state.features), false);
      },
    },
    {
      method: "DELETE",
      path: "/indexes/:uid/settings",
      handle: ({ params }) => update(checkIndexUid(params.uid as string), RESET_SETTINGS, true),
    },
  ];
  const single = SETTING_ROUTES.flatMap(({ path, key, verb }): Route[] => {
    const at = `/indexes/:uid/settings/${path}`;
    return [
      {
        method: "GET",
        path: at,
        handle({ params }) {
          const { settings } = findIndex(state, params.uid as string);
          const value = shownSettings(settings, state.features)[key];
          if (value === undefined) {
            throw new MeilisearchError(
              "feature_not_enabled",
              `The \`${key}\` setting belongs to an experimental feature that is off.`,
            );
          }
          return { status: 200, body: value };
        },
      },
      {
        method: verb,
        path: at,
        handle({ params, body, headers }) {
          const uid = checkIndexUid(params.uid as string);
          const value = parseSetting(key, parseJsonBody(body, headers["content-type"]), state.features);
          return update(uid, { [key]: value }, false);
        },
      },
      {
        method: "DELETE",
        path: at,
        handle: ({ params }) => update(checkIndexUid(params.uid as string), { [key]: null }, true),
      },
    ];
  });
  return [...whole, ...single];
}

const defaultChat = {
  description: "",
  documentTemplate:
    "{% for field in fields %}{% if field.is_searchable and field.value != nil %}{{ field.name }}: {{ field.value }}\n{% endif %}{% endfor %}",
  documentTemplateMaxBytes: 400,
  searchParameters: {},
};

/** Two settings are there only while the experimental features they belong to are on. */
function shownSettings({ foreignKeys, chat, ...settings }: Settings, features: ExperimentalFeatures): Settings {
  return {
    ...settings,
    ...(features.foreignKeys && { foreignKeys: foreignKeys ?? [] }),
    ...(features.chatCompletions && { chat: { ...defaultChat, ...chat } }),
  };
}
