"""The official Python client on the gateway at argv[1]: prints the name of each part that went well."""

import sys
from datetime import datetime, timedelta, timezone

import meilisearch
from meilisearch.errors import MeilisearchApiError

address, key = sys.argv[1:3]
client = meilisearch.Client(address, key)
index = client.index("books")
BOOKS = [{"id": n, "title": f"Book {n}", "genre": ["romance", "fantasy"][n % 2], "year": 1900 + n} for n in range(30)]


def done(task):
    ended = client.wait_for_task(task.task_uid, timeout_in_ms=60_000)
    assert ended.status == "succeeded", ended.error
    assert type(ended.uid) is int and type(task.task_uid) is int
    return ended


def refused(call, code):
    try:
        call()
    except MeilisearchApiError as error:
        assert error.code == code, error
        return
    raise AssertionError(f"expected {code}")


added = done(index.add_documents(BOOKS, primary_key="id"))
assert added.details == {"receivedDocuments": 30, "indexedDocuments": 30}
assert isinstance(added.finished_at, datetime)
for task in index.add_documents_in_batches(BOOKS, batch_size=20):
    done(task)
done(index.update_documents([{"id": 3, "title": "The third"}]))
assert dict(index.get_document(3))["title"] == "The third"
done(index.add_documents_csv(b"id:number,title\n40,Forty"))
done(index.delete_document(40))
assert index.get_documents({"limit": 5}).total == 30
refused(lambda: index.get_document(99), "document_not_found")
print("documents")

done(index.update_settings({"filterableAttributes": ["genre", "year"], "sortableAttributes": ["year"]}))
found = index.search("book", {"filter": "genre = fantasy", "sort": ["year:desc"], "limit": 2, "facets": ["genre"]})
assert [hit["id"] for hit in found["hits"]] == [29, 27], found["hits"]
assert found["facetDistribution"] == {"genre": {"fantasy": 14}}
assert index.facet_search("genre", "rom")["facetHits"] == [{"value": "romance", "count": 15}]
both = client.multi_search([{"indexUid": "books", "q": "third"}, {"indexUid": "books", "limit": 1}])
assert [len(result["hits"]) for result in both["results"]] == [1, 1]
merged = client.multi_search([{"indexUid": "books", "q": "third"}], federation={"limit": 5})
assert merged["hits"][0]["_federation"]["indexUid"] == "books"
print("search")

done(index.update_typo_tolerance({"minWordSizeForTypos": {"oneTypo": 4, "twoTypos": 8}}))
assert index.get_typo_tolerance().min_word_size_for_typos.one_typo == 4
done(index.update_faceting_settings({"maxValuesPerFacet": 9}))
assert index.get_faceting_settings().max_values_per_facet == 9
done(index.update_pagination_settings({"maxTotalHits": 7}))
assert index.get_pagination_settings().max_total_hits == 7
done(client.index("vectors").update_embedders({"e": {"source": "userProvided", "dimensions": 2}}))
assert client.index("vectors").get_embedders().embedders["e"].dimensions == 2
assert index.get_settings()["filterableAttributes"] == ["genre", "year"]
assert index.get_ranking_rules()[0] == "words"
done(index.reset_settings())
assert index.get_filterable_attributes() == []
print("settings")

tasks = client.get_tasks({"limit": 3, "indexUids": "books"})
assert tasks.total > 8 and len(tasks.results) == 3 and all(type(task.uid) is int for task in tasks.results)
batch = client.get_batch(added.uid)
assert batch.uid == added.uid and batch.stats["totalNbTasks"] == 1 and isinstance(batch.started_at, datetime)
assert client.get_batches({"limit": 2}).limit == 2
done(client.cancel_tasks({"uids": str(added.uid)}))
done(client.delete_tasks({"uids": str(added.uid)}))
refused(lambda: client.get_task(added.uid), "task_not_found")
print("tasks")

made = client.create_key({"actions": ["search"], "indexes": ["books"], "expiresAt": None, "name": "shop"})
assert client.get_key(made.uid).key == made.key and isinstance(made.created_at, datetime)
assert client.update_key(made.uid, {"description": "d"}).description == "d"
assert client.get_keys({"limit": 2}).total == 5
expires_at = datetime.now(tz=timezone.utc) + timedelta(minutes=5)
token = client.generate_tenant_token(made.uid, ["books"], api_key=made.key, expires_at=expires_at)
tenant = meilisearch.Client(address, token)
assert len(tenant.index("books").search("third")["hits"]) == 1
refused(lambda: tenant.get_keys(), "invalid_api_key")
assert client.delete_key(made.uid) == 204
print("keys")

assert client.is_healthy() and client.get_version()["pkgVersion"]
stats = index.get_stats()
assert stats.number_of_documents == 30 and stats.is_indexing is False and stats.field_distribution.title == 30
assert client.get_all_stats()["indexes"]["books"]["numberOfDocuments"] == 30
assert client.update_experimental_features({"containsFilter": True})["containsFilter"] is True
done(client.create_dump())
print("instance")

done(client.create_index("shelf", {"primaryKey": "id"}))
done(client.swap_indexes([{"indexes": ["books", "shelf"]}]))
assert isinstance(client.get_index("shelf").created_at, datetime)
assert [found.uid for found in client.get_indexes()["results"]] == ["books", "shelf", "vectors"]
assert client.index("shelf").get_stats().number_of_documents == 30
done(client.delete_index("shelf"))
refused(lambda: client.get_index("shelf"), "index_not_found")
print("indexes")
