import type { GatewayClient } from "../../gateway/client.ts";

export interface IndexLine {
  readonly uid: string;
  readonly primaryKey: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly documents: number;
}

interface IndexPage {
  readonly results: readonly Omit<IndexLine, "documents">[];
  readonly total: number;
}

const PAGE = 100;

/** Every index that the key may see, by uid. @throws GatewayError */
export async function allIndexes(gateway: GatewayClient): Promise<IndexLine[]> {
  const indexes: Omit<IndexLine, "documents">[] = [];
  let page: IndexPage;
  do {
    page = await gateway.get<IndexPage>(`/indexes?limit=${PAGE}&offset=${indexes.length}`);
    indexes.push(...page.results);
  } while (page.results.length > 0 && indexes.length < page.total);
  const stats = await gateway.get<{ readonly indexes: Readonly<Record<string, { numberOfDocuments: number }>> }>(
    "/stats",
  );
  return indexes.map((index) => ({ ...index, documents: stats.indexes[index.uid]?.numberOfDocuments ?? 0 }));
}
