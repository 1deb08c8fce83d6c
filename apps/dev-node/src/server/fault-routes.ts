import { MeilisearchError, parseJsonBody } from "@miroir/meilisearch";
import type { Fault, Faults } from "../faults.ts";
import type { Route } from "./route.ts";

/** Setting and clearing faults over HTTP; not part of Meilisearch's API, and never subject to faults itself. */
export function faultRoutes(faults: Faults): Route[] {
  return [
    { method: "GET", path: "/_dev/faults", open: true, handle: () => ({ status: 200, body: faults.active }) },
    {
      method: "POST",
      path: "/_dev/faults",
      open: true,
      handle({ body, headers }) {
        const fault = parseJsonBody(body, headers["content-type"]);
        if (typeof fault !== "object" || fault === null || Array.isArray(fault)) {
          throw new MeilisearchError("bad_request", "A fault is an object.");
        }
        faults.add(fault as Fault);
        return { status: 201, body: faults.active };
      },
    },
    {
      method: "DELETE",
      path: "/_dev/faults",
      open: true,
      handle() {
        faults.clear();
        return { status: 204 };
      },
    },
  ];
}
