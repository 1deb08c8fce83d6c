import { MeilisearchError } from "@miroir/meilisearch";

/** Checks the Authorization header against the master key; the scheme's letter case counts. Throws 401 or 403. */
export function checkMasterKey(authorization: string | undefined, masterKey: string): void {
  if (authorization === undefined || (authorization !== "Bearer" && !authorization.startsWith("Bearer "))) {
    throw new MeilisearchError(
      "missing_authorization_header",
      "The Authorization header is missing. It must use the bearer authorization method.",
    );
  }
  if (authorization.slice("Bearer ".length) !== masterKey) {
    throw new MeilisearchError("invalid_api_key", "The provided API key is invalid.");
  }
}
