/** The numbers of one index; sizes are bytes. */
export type IndexStats = {
  numberOfDocuments: number;
  rawDocumentDbSize: number;
  avgDocumentSize: number;
  isIndexing: boolean;
  numberOfEmbeddings: number;
  numberOfEmbeddedDocuments: number;
  fieldDistribution: Record<string, number>;
};

/** The numbers of a whole node; sizes are bytes, `lastUpdate` is RFC 3339 UTC. */
export type Stats = {
  databaseSize: number;
  usedDatabaseSize: number;
  lastUpdate: string | null;
  indexes: Record<string, IndexStats>;
};
