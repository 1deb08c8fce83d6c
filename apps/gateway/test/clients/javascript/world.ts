import type { Meilisearch } from "meilisearch";
import { expect } from "vitest";

/** What the parts of the suite share: the client, with every call noted. */
export type World = {
  readonly client: Meilisearch;
  readonly address: string;
  readonly calls: Set<string>;
};

export type GetWorld = () => World;

export const WAIT = { timeout: 60_000 };

export type Book = { id: number; title: string; genre?: string; year?: number };

export const BOOKS: readonly Book[] = [
  { id: 1, title: "Pride and Prejudice", genre: "romance", year: 1813 },
  { id: 2, title: "Le Petit Prince", genre: "adventure", year: 1943 },
  { id: 3, title: "Le Rouge et le Noir", genre: "romance", year: 1830 },
  { id: 4, title: "Alice In Wonderland", genre: "adventure", year: 1865 },
  { id: 5, title: "The Hobbit", genre: "adventure", year: 1937 },
  { id: 6, title: "Harry Potter and the Half-Blood Prince", genre: "fantasy", year: 2005 },
];

export const NUMBER: number = expect.any(Number);
export const TEXT: string = expect.any(String);
export const DATE: string = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+(Z|\+00:00)$/);

/** Makes an index and waits until its books are there. */
export async function shelve({ client }: World, uid: string, books: readonly Book[] = BOOKS): Promise<void> {
  const task = await client
    .index<Book>(uid)
    .addDocuments([...books], { primaryKey: "id" })
    .waitTask(WAIT);
  expect(task).toMatchObject({ status: "succeeded", error: null });
}
