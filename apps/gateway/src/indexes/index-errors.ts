import { MeilisearchError } from "@miroir/meilisearch";

export function indexNotFound(uid: string): MeilisearchError {
  return new MeilisearchError("index_not_found", `Index \`${uid}\` not found.`);
}

export function indexAlreadyExists(uid: string): MeilisearchError {
  return new MeilisearchError("index_already_exists", `Index \`${uid}\` already exists.`);
}

export function primaryKeyAlreadyExists(uid: string, existing: string): MeilisearchError {
  return new MeilisearchError(
    "index_primary_key_already_exists",
    `Index \`${uid}\`: Index already has a primary key: \`${existing}\`.`,
  );
}
