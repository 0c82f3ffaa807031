"""`muster index`: says how the index is, builds it, drops it."""

from __future__ import annotations

from muster.services.indexing import index_status
from tests.services.small_workspace import Installation


def test_the_status_says_what_there_is(installation: Installation, muster) -> None:
    found = muster("index", "status", "--json").json
    assert found["state"] == "fresh"
    assert [part["name"] for part in found["parts"]] == ["entity", "payment", "view"]
    assert found["size_bytes"] == sum(part["size_bytes"] for part in found["parts"])
    with installation.opened() as context:
        assert found["generation"] == index_status(context).generation
    text = muster("index", "status").out
    assert text.startswith("fresh: It is as fresh as the warehouse.")
    assert found["generation"] in text


def test_it_is_dropped_and_built_again(muster) -> None:
    first = muster("index", "status", "--json").json["generation"]
    assert muster("index", "drop", "--json").json == {"workspace": "shop", "dropped": True}
    assert muster("index", "drop").out.startswith("The index of shop is gone")
    absent = muster("index", "status", "--json").json
    assert (absent["state"], absent["generation"], absent["parts"]) == ("absent", None, [])
    assert muster("index", "status").out.strip() == (
        "absent: There is none yet; the next refresh builds it."
    )
    built = muster("index", "build", "--json").json
    assert built["state"] == "fresh"
    assert built["generation"] != first
    assert muster("index", "build", "--json").json["generation"] == built["generation"]
    assert muster("index", "build", "--anew", "--json").json["generation"] != built["generation"]


def test_what_is_left_to_sql_is_named_with_the_reason(installation: Installation, muster) -> None:
    with installation.opened() as context, context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute(
            "UPDATE users SET tags = (SELECT list('tag ' || range) FROM range(600))"
        ).fetchall()
    found = muster("index", "build", "--json").json
    assert found["left_out"] == [
        {"name": "entity.tags", "why": "its lists have more than 512 elements"}
    ]
    assert "Left to SQL: entity.tags: its lists" in muster("index", "status").out


def test_switched_off_it_says_so(muster, monkeypatch) -> None:
    monkeypatch.setenv("MUSTER_INDEX", "off")
    assert muster("index", "status", "--json").json["state"] == "off"
    assert muster("refresh", "quiet").code == 0
    assert muster("index", "build", "--json").json["state"] == "off"
