import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { startTestGateway, type TestGateway } from "../support/gateway.ts";
import { createSend, type Send, sendAndWait } from "../support/http.ts";
import { NODE_KEY, startNodes, TEST_TIMEOUT_MS, type TestNode } from "../support/nodes.ts";

vi.setConfig({ testTimeout: TEST_TIMEOUT_MS, hookTimeout: TEST_TIMEOUT_MS });

/** A document that is good everywhere. */
const GOOD =
  '{"id":"good","_vectors":{"m":[9,9,9]},"_geo":{"lat":1,"lng":1},"_geojson":{"type":"Point","coordinates":[1,1]}}';
const MANY_GOOD = Array.from({ length: 12 }, (_, number) => GOOD.replace("good", `good${number}`)).join();

const EMBEDDERS = { embedders: { m: { source: "userProvided", dimensions: 3 } } };
const TWO_EMBEDDERS = { embedders: { ...EMBEDDERS.embedders, n: { source: "userProvided", dimensions: 1 } } };
const GEO = { filterableAttributes: ["_geo"] };
const GEO_JSON = { filterableAttributes: ["_geojson"] };

type Case = {
  readonly settings?: object;
  /** What is stored before, as texts of documents. */
  readonly stored?: string;
  readonly method?: "POST" | "PUT";
  readonly query?: string;
  /** Documents, as text. */
  readonly sent: string;
};

const vectors = (text: string): string => `{"id":2,"_vectors":${text}}`;

/** What `_vectors` may be, whatever embedders there are. */
const SHAPES = [
  ...["null", "3", "[1,2]", '"x"', "true", "{}", '{"m":["a"]}'],
  ...['{"m":null}', '{"m":1}', '{"m":"x"}', '{"m":true}', '{"m":{}}', '{"m":{"regenerate":true,"x":1}}'],
  ...['{"m":{"regenerate":true}}', '{"m":{"regenerate":null}}', '{"m":{"regenerate":"x"}}'],
  ...['{"m":{"embeddings":[1,2,3]}}', '{"m":{"embeddings":null}}', '{"m":[1],"o":3}'],
];

/** What an embedder makes of its part. */
const EMBEDDINGS = [
  ...["null", "1", "{}", "[]", "[[]]", "[1,2,3]", "[1,2]", "[[1,2,3],[4,5,6]]", "[[1,2,3],[1,2]]", '[["a"]]'],
  ...['["a",1,2]', "[1,null,2]", "[[1,2,3],4]", "[1,[2]]", "[[[1,2,3]]]", '{"regenerate":false}'],
  ...['{"regenerate":true}', '{"regenerate":false,"embeddings":[1,2]}', '{"regenerate":true,"embeddings":[1,2,3]}'],
  ...['{"regenerate":false,"embeddings":null}', '{"regenerate":true,"embeddings":null}'],
  ...['{"regenerate":true,"embeddings":"x"}', '[1],"m":[1,2,3]', '[1,2,3],"o":["a"]', '[1,2,3],"o":{}'],
];

const EXISTING = '{"id":2,"text":"a","_vectors":{"m":[1,1,1]}}';

const CASES: readonly Case[] = [
  ...SHAPES.map((text) => ({ sent: vectors(text) })),
  ...EMBEDDINGS.map((text) => ({ settings: EMBEDDERS, sent: vectors(`{"m":${text}}`) })),
  { settings: EMBEDDERS, sent: vectors('{"o":[1,2,3]}') },

  // Documents without vectors that only a new one needs.
  { settings: EMBEDDERS, sent: '{"id":2}' },
  { settings: EMBEDDERS, method: "PUT", sent: '{"id":2}' },
  { settings: EMBEDDERS, stored: EXISTING, sent: '{"id":2,"text":"b"}' },
  { settings: EMBEDDERS, stored: EXISTING, method: "PUT", sent: '{"id":2,"text":"b"}' },
  { settings: EMBEDDERS, stored: EXISTING, sent: '{"id":2,"text":"b","_vectors":{}}' },
  { settings: EMBEDDERS, stored: EXISTING, sent: '{"id":2,"text":"b"},{"id":3}' },
  { settings: EMBEDDERS, stored: EXISTING, sent: vectors('{"m":{"regenerate":true}}') },
  { settings: EMBEDDERS, stored: '{"id":2,"_vectors":{"m":null}}', sent: '{"id":2,"text":"b"}' },
  { settings: TWO_EMBEDDERS, sent: vectors('{"m":[1,2,3]}') },
  { settings: TWO_EMBEDDERS, sent: vectors('{"m":[1,2,3],"n":[1]}') },

  // The last version of a document counts.
  { settings: EMBEDDERS, sent: `${vectors('{"m":[1]}')},${vectors('{"m":[1,2,3]}')}` },
  { settings: EMBEDDERS, sent: `${vectors('{"m":[1]}')},{"id":2}` },
  { settings: EMBEDDERS, sent: `${vectors('{"m":[1,2,3]}')},{"id":2}` },
  { settings: EMBEDDERS, method: "PUT", sent: `${vectors('{"m":[1]}')},${vectors('{"m":[1,2,3]}')}` },
  { settings: EMBEDDERS, method: "PUT", sent: `${vectors('{"m":[1,2,3]}')},{"id":2,"text":"b"}` },
  { settings: EMBEDDERS, method: "PUT", sent: `${vectors('{"m":[1,2,3]}')},${vectors('{"o":[1]}')}` },
  { sent: `${vectors("3")},{"id":2}` },
  { method: "PUT", sent: `${vectors("3")},{"id":2,"text":"b"}` },
  { settings: GEO, sent: '{"id":2,"_geo":3},{"id":2,"_geo":{"lat":1,"lng":1}}' },
  { settings: GEO, method: "PUT", sent: '{"id":2,"_geo":3},{"id":2,"text":"\\u00e9"}' },

  // Documents that are not to be made need not be good.
  { settings: EMBEDDERS, query: "?skipCreation=true", stored: EXISTING, sent: vectors('{"m":[1]}').replace("2", "4") },
  { settings: EMBEDDERS, query: "?skipCreation=true", stored: EXISTING, sent: '{"id":4}' },
  { settings: EMBEDDERS, query: "?skipCreation=true", stored: EXISTING, sent: vectors('{"m":[1]}') },

  { sent: '{"id":2,"_geo":3}' },
  { settings: GEO, sent: '{"id":2,"_geo":{"lat":"1.","lng":".5e3"}}' },
  { settings: GEO, sent: '{"id":2,"_geo":{"lat":" 1","lng":"1"}}' },
  { settings: GEO, sent: '{"id":2,"\\u005fgeo":{"lat":1}}' },
  { settings: { sortableAttributes: ["_geo"] }, sent: '{"id":2,"_geo":{"lat":1,"lng":1,"x":1}}' },
  { sent: '{"id":2,"_geojson":3}' },
  { settings: GEO_JSON, sent: '{"id":2,"_geojson":null}' },
  { settings: GEO_JSON, sent: '{"id":2,"_geojson":{"type":"LineString","coordinates":[[1,2],[3]]}}' },
  { settings: GEO_JSON, sent: '{"id":2,"_geojson":{"type":"LineString","coordinates":[[1,2],[3,4]]}}' },

  { sent: '{"id":2},{"id":"a b"}' },
  { sent: `${vectors("3")},{"id":"a b"}` },
  { sent: '{"id":2},{"text":"a"}' },
  { sent: '{"id":2.5}' },
];

let gateway: TestGateway;
let reference: TestNode;
let single: Send;
beforeAll(async () => {
  [reference] = (await startNodes(1)) as [TestNode];
  single = createSend(reference.address, NODE_KEY);
  gateway = await startTestGateway({ shards: 8, replicationFactor: 1 });
});
afterAll(async () => {
  await gateway.close();
  await reference.stop();
});

const JSON_TYPE = { "content-type": "application/json" };

/** What the task came to, and what there is afterwards. */
async function outcome(
  send: Send,
  indexUid: string,
  { settings, stored, method, query, sent }: Case,
): Promise<unknown> {
  const documents = `/indexes/${indexUid}/documents`;
  await sendAndWait(send, "POST", "/indexes", { uid: indexUid, primaryKey: "id" });
  if (settings) await sendAndWait(send, "PATCH", `/indexes/${indexUid}/settings`, settings);
  if (stored) await sendAndWait(send, "POST", documents, `[${stored}]`, JSON_TYPE);
  // The wrong one amid good ones on every node.
  const path = `${documents}${query ?? ""}`;
  const task = await sendAndWait(send, method ?? "POST", path, `[${MANY_GOOD},${sent}]`, JSON_TYPE);
  const { body } = await send("GET", `${documents}?limit=100&retrieveVectors=true`);
  const kept = body.results?.toSorted((a: { id: unknown }, b: { id: unknown }) =>
    String(a.id) < String(b.id) ? -1 : 1,
  );
  return { status: task.status, code: task.error?.code, details: task.details, kept };
}

describe.concurrent("a request with documents that a node refuses keeps none of them, as on one node:", () => {
  it.each(CASES.map((given, number) => [JSON.stringify(given), given, number] as const))(
    "%s",
    async (_title, given, number) => {
      const indexUid = `case${number}`;
      const [ours, theirs] = await Promise.all([gateway.send, single].map((send) => outcome(send, indexUid, given)));
      expect(ours).toEqual(theirs);
    },
  );
});

it("looks at documents by settings that are on their way", async () => {
  const slow = await startTestGateway({ replicationFactor: 1, taskDelayMs: 30 });
  try {
    await slow.send("PATCH", "/indexes/soon/settings", EMBEDDERS);
    const sent = `[${MANY_GOOD},${vectors('{"m":[1]}')}]`;
    const task = await sendAndWait(slow.send, "POST", "/indexes/soon/documents", sent, JSON_TYPE);
    expect(task.error?.code).toBe("invalid_vector_dimensions");
    expect((await slow.send("GET", "/indexes/soon/documents")).body.total).toBe(0);
  } finally {
    await slow.close();
  }
});
