"""The index over HTTP: the same as the command says."""

from __future__ import annotations

from fastapi.testclient import TestClient


def test_the_index_is_described(shop_client: TestClient) -> None:
    answer = shop_client.get("/api/index")
    assert answer.status_code == 200
    found = answer.json()
    assert set(found) == {
        "state", "sentence", "generation", "built_at", "size_bytes", "parts", "left_out",
    }  # fmt: skip
    assert found["state"] == "fresh"
    assert found["parts"][0]["name"] == "entity"
    assert found["size_bytes"] == sum(part["size_bytes"] for part in found["parts"])


def test_without_an_index_there_is_nothing_but_the_reason(shop_client: TestClient) -> None:
    found = shop_client.get("/api/index").json()
    assert found["sentence"].endswith(".")
