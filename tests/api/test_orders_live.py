"""The order desk while one looks on: what changes is told, and who is where."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from muster.api.app import create_app
from muster.api.order_stream import order_events
from muster.services.access import enter_locally
from muster.services.context import WorkspaceContext
from muster.services.orders import watching
from muster.services.orders.opening import open_desk
from muster.services.orders.watching import OrderFeed
from muster.wiring import open_resources
from tests.api.planned_app import serving
from tests.api.shop import settings_for
from tests.services.small_workspace import Installation

STREAM = "/api/orders/stream"
PRESENCE = "/api/orders/presence"


class Stream:
    """Reads events of an open stream."""

    def __init__(self, response: httpx.Response) -> None:
        assert response.status_code == 200, response.read()
        self._lines = response.iter_lines()
        self.last_id = ""

    def event(self) -> tuple[str, Any]:
        found: dict[str, str] = {}
        for line in self._lines:
            if line and not line.startswith(":"):
                name, _, value = line.partition(": ")
                found[name] = value
            elif "data" in found:
                self.last_id = found.get("id", self.last_id)
                return found["event"], json.loads(found["data"])
            else:
                found = {}
        raise EOFError("the stream ended")

    def told(self, name: str) -> Any:
        """Return the next event of a kind."""
        while True:
            found, body = self.event()
            if found == name:
                return body


@contextmanager
def served(shop: Installation, folder: Path) -> Iterator[tuple[httpx.Client, WorkspaceContext]]:
    with shop.copied(folder) as copy:
        settings = settings_for(copy.server.url(database=copy.database), copy.data)
        with (
            open_resources(settings) as resources,
            serving(create_app(settings)) as address,
            httpx.Client(base_url=address, timeout=30) as client,
        ):
            yield client, enter_locally(resources, "shop", actor="anna")


def edit(context: WorkspaceContext, *statements: str) -> None:
    with open_desk(context) as (connection, _):
        for statement in statements:
            connection.execute(text(statement))


def test_a_stream_tells_what_changed_who_did_it_and_who_is_where(
    desk_shop: Installation, tmp_path: Path
) -> None:
    with served(desk_shop, tmp_path) as (client, context):
        mine, theirs = str(uuid4()), str(uuid4())
        with client.stream("GET", STREAM, params={"client_id": mine}) as response:
            stream = Stream(response)
            assert stream.event() == (
                "rows",
                {
                    "order_ids": [],
                    "customer_ids": [],
                    "many": False,
                    "feed_position": 0,
                    "changesets": [],
                },
            )
            assert stream.event() == ("presence", {"people": []})
            edit(
                context,
                "INSERT INTO changesets (op_id, kind, actor, title, orders, cells)"
                " VALUES (gen_random_uuid(), 'edit', 'anna', 'A coupon', 1, 1)",
                "SELECT set_config('muster.changeset_id', max(id)::text, true) FROM changesets",
                "UPDATE orders SET coupon = 'X' WHERE order_id = 3",
            )
            found = stream.told("rows")
            assert (found["order_ids"], found["many"]) == ([3], False)
            assert found["changesets"] == [{"id": 1, "actor": "anna", "title": "A coupon"}]
            resumed_from = stream.last_id

            body = {"client_id": theirs, "order_id": 3, "field": "status"}
            answer = client.put(PRESENCE, json=body)
            assert answer.json()["people"] == [{**body, "actor": "local", "me": True}]
            assert stream.told("presence")["people"] == [{**body, "actor": "local", "me": False}]
            client.put(PRESENCE, json={"client_id": mine})
            assert [one["me"] for one in stream.told("presence")["people"]].count(True) == 1
            assert client.delete(PRESENCE, params={"client_id": theirs}).status_code == 204
            (left,) = stream.told("presence")["people"]
            assert (left["client_id"], left["order_id"]) == (mine, None)
            edit(
                context,
                "UPDATE presence SET seen_at = seen_at - interval '31 seconds'",
                "UPDATE orders SET coupon = 'Z' WHERE order_id = 3",  # so that somebody looks
            )
            assert stream.told("presence")["people"] == []

        edit(context, "UPDATE orders SET coupon = 'Y' WHERE order_id IN (5, 6)")
        edit(context, "UPDATE customers SET city = 'Linz' WHERE customer_id = 'C0001'")
        with client.stream("GET", STREAM, headers={"Last-Event-ID": resumed_from}) as response:
            found = Stream(response).told("rows")
            assert (found["order_ids"], found["many"]) == ([3, 5, 6], False)
            assert found["customer_ids"] == ["C0001"]
        for unknown in ("7", "1.1:1:", "nonsense"):
            with client.stream("GET", STREAM, headers={"Last-Event-ID": unknown}) as response:
                assert Stream(response).told("rows")["many"], unknown


def test_all_streams_share_one_connection_and_end_with_the_server(
    desk_shop: Installation, tmp_path: Path
) -> None:
    with desk_shop.copied(tmp_path) as copy:
        settings = settings_for(copy.server.url(database=copy.database), copy.data)
        app = create_app(settings)
        with (
            open_resources(settings) as resources,
            serving(app) as address,
            httpx.Client(base_url=address, timeout=30) as client,
            client.stream("GET", STREAM) as one,
            client.stream("GET", STREAM) as two,
        ):
            streams = [Stream(one), Stream(two)]
            for stream in streams:
                stream.told("presence")
            context = enter_locally(resources, "shop", actor="anna")
            edit(context, "UPDATE orders SET coupon = 'X' WHERE order_id = 3")
            assert [stream.told("rows")["order_ids"] for stream in streams] == [[3], [3]]
            with resources.database.transaction() as connection:
                listening = connection.scalar(
                    text(
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        " AND application_name = 'muster-listen'"
                    )
                )
            assert listening == 1
            app.state.order_feed.end_streams()
            for stream in streams:
                with pytest.raises(EOFError):
                    stream.event()


class DeafFeed(OrderFeed):
    def watch(self, watch: watching.OrderWatch) -> None:
        """Tell one watcher of far too much, by halves."""
        half = watching.MOST_NAMED // 2 + 1
        for start in (0, half):
            numbers = tuple(range(start, start + half))
            watch.changed(watching.Changed(watch.position, order_ids=numbers))


def test_far_too_much_is_not_named_and_silence_is_never_long(
    desk_shop: Installation, tmp_path: Path
) -> None:
    with desk_shop.copied(tmp_path) as copy:
        settings = settings_for(copy.server.url(database=copy.database), copy.data)
        with open_resources(settings) as resources:
            context = enter_locally(resources, "shop", actor="anna")

            async def listen() -> list[str]:
                found = []
                opening = watching.look(context, None)
                deaf = DeafFeed(resources.database, resources.orders_schema)
                events = order_events(
                    context, deaf, opening, client_id=None, heartbeat_seconds=0.05
                )
                async for part in events:
                    found.append(part)
                    if part.startswith(": heartbeat"):
                        break
                await events.aclose()  # type: ignore[attr-defined]
                return found

            found = asyncio.run(asyncio.wait_for(listen(), 30))
    assert [part.partition("\n")[0].partition(":")[0] for part in found] == [
        "retry",
        "id",
        "event",
        "id",
        "",
    ]
    told = json.loads(found[3].partition("data: ")[2])
    assert (told["many"], told["order_ids"]) == (True, [])


@pytest.mark.parametrize(
    ("verb", "url", "body"),
    [
        ("get", STREAM, None),
        ("put", PRESENCE, {"client_id": str(uuid4())}),
        ("delete", f"{PRESENCE}?client_id=00000000-0000-4000-8000-000000000001", None),
    ],
)
def test_without_a_desk_there_is_nothing_to_watch(
    desk_reader: TestClient, verb: str, url: str, body: Any
) -> None:
    given = {} if body is None else {"json": body}
    answer = desk_reader.request(verb, url, headers={"X-Muster-Workspace": "empty"}, **given)
    assert (answer.status_code, answer.json()["code"]) == (404, "NO_ORDER_DESK")


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"client_id": "x"},
        {"client_id": str(uuid4()), "order_id": 0},
        {"client_id": str(uuid4()), "order_id": 2**63},
        {"client_id": str(uuid4()), "field": "<b>"},
        {"client_id": str(uuid4()), "more": 1},
    ],
)
def test_bad_presence_is_refused(desk_reader: TestClient, body: Any) -> None:
    assert desk_reader.put(PRESENCE, json=body).status_code == 422
