import type { SettingsPatch } from "@miroir/meilisearch";
import { MeilisearchError, parseJsonBody, parseSetting, parseSettings, SETTING_ROUTES } from "@miroir/meilisearch";
import { resetAll, settingsDetails } from "../indexes/apply-settings.ts";
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
      handle: ({ params }) => ({ status: 200, body: findIndex(state, params.uid as string).settings }),
    },
    {
      method: "PATCH",
      path: "/indexes/:uid/settings",
      handle({ params, body, headers }) {
        const uid = checkIndexUid(params.uid as string);
        return update(uid, parseSettings(parseJsonBody(body, headers["content-type"])), false);
      },
    },
    {
      method: "DELETE",
      path: "/indexes/:uid/settings",
      handle: ({ params }) => update(checkIndexUid(params.uid as string), resetAll, true),
    },
  ];
  const single = SETTING_ROUTES.flatMap(({ path, key, verb }): Route[] => {
    const at = `/indexes/:uid/settings/${path}`;
    return [
      {
        method: "GET",
        path: at,
        handle({ params }) {
          const value = findIndex(state, params.uid as string).settings[key];
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
          const value = parseSetting(key, parseJsonBody(body, headers["content-type"]));
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
