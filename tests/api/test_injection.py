"""Hostile text in every place of every request: it is data, and nothing else ever happens.

Each request of the OpenAPI document is sent once as its example says and once with each of its
texts replaced by each hostile one. Afterwards the database, the disk and the network must be as if
nobody had tried.
"""

from __future__ import annotations

import http.server
import itertools
import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import ClassVar

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import text

from muster.api.app import create_app
from muster.store.database import open_database
from tests.api.asked import Asked, Examples, with_text
from tests.api.shop import make_shop, settings_for
from tests.orders_shop import add_desk

CANARY = "CREATE TABLE canary AS SELECT 1 AS alive"
SQL = (
    "'; DROP TABLE canary; --",
    '"; DROP TABLE canary; --',
    "1); DELETE FROM canary; --",
    "x' UNION SELECT password_hash FROM users --",
    "\\'; COPY canary TO '/tmp/muster-canary'; --",
    "$$; DROP TABLE canary; $$",
    "pg_sleep(30)",
    "read_text('/etc/passwd')",
)
HTML = ("<script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "javascript:alert(1)")
CSV = ("=HYPERLINK(1)", "+1+1", "-2+3", "@SUM(1)", "\t=1")
PATHS = ("../../../../etc/passwd", "/etc/passwd", "..%2f..%2fetc%2fpasswd", "a\\..\\b", "~root")
LINES = ("a\r\nX-Injected: yes", "a\nb", "line\u2028break")
ODD = ("\x00", "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"), "ﬀ" * 300, "%")
# in turn, so that all words are sent; MUSTER_INJECTION_WORDS=100 sends all to every place
WORDS_EACH = int(os.environ.get("MUSTER_INJECTION_WORDS", "7"))
TEMPLATES = ("{{7*7}}", "${7*7}", "{0.__class__}", "%s%n")


class Listener(http.server.BaseHTTPRequestHandler):
    """Notes every request; nobody should make one."""

    hits: ClassVar[list[str]] = []

    def do_GET(self) -> None:
        self.hits.append(self.path)
        self.send_response(204)
        self.end_headers()

    do_POST = do_GET
    do_PUT = do_GET

    def log_message(self, *arguments: object) -> None:
        pass


@pytest.fixture(scope="module")
def listener() -> Iterator[int]:
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Listener) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_address[1]
        server.shutdown()


def hostile(port: int) -> tuple[str, ...]:
    hosts = (
        f"127.0.0.1:{port}",
        f"localhost:{port}",
        f"[::ffff:127.0.0.1]:{port}",
        f"2130706433:{port}",
    )
    inside = tuple(f"http://{host}/ssrf" for host in hosts)
    outside = ("file:///etc/passwd", "gopher://127.0.0.1/", "http://169.254.169.254/latest/")
    return (*SQL, *HTML, *CSV, *PATHS, *LINES, *ODD, *TEMPLATES, *inside, *outside)


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, tmp_path_factory.mktemp("installation") / "data")
    make_shop(settings)
    add_desk(settings)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


def send(client: TestClient, asked: Asked) -> tuple[int, str, dict[str, str]]:
    headers = {
        name: value for name, value in asked.headers.items() if name.lower() != "x-muster-workspace"
    }
    query = {**asked.query, "workspace": asked.query.get("workspace") or "shop"}
    if query["workspace"] == "payments":
        query["workspace"] = "shop"
    content = None if asked.body is None else json.dumps(asked.body)
    answer = client.request(
        asked.method.upper(),
        asked.url,
        params=query,
        content=content,
        headers={**headers, **({"Content-Type": "application/json"} if content else {})},
        follow_redirects=False,
    )
    return answer.status_code, answer.text, dict(answer.headers)


def test_hostile_text_is_data_and_nothing_else(
    client: TestClient,
    module_database_url: str,
    listener: int,
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    database = open_database(module_database_url)
    with database.transaction() as connection:
        connection.execute(text(CANARY))
        before = set(connection.scalars(text("SELECT tablename FROM pg_tables")))
    outside = _outside(tmp_path_factory)
    document = client.get("/openapi.json").json()
    faults: list[str] = []
    sent = 0
    words = itertools.cycle(hostile(listener))
    for asked in Examples(document).requests():
        for word in itertools.islice(words, WORDS_EACH):
            for changed in with_text(asked, word):
                status, body, headers = send(client, changed)
                sent += 1
                if status >= 500 and status not in (502, 503):
                    faults.append(f"{changed} with {word!r}: {status} {body[:200]}")
                if "x-injected" in headers:
                    faults.append(f"{changed}: a header was injected")
                if "root:x:0:0" in body:
                    faults.append(f"{changed}: a file was read")
                if "<script>alert(1)" in body and "html" in headers.get("content-type", ""):
                    faults.append(f"{changed}: HTML was not escaped")
    assert not faults, "\n".join(faults[:20])
    assert sent > 500
    with database.transaction() as connection:
        assert set(connection.scalars(text("SELECT tablename FROM pg_tables"))) == before
        assert connection.scalar(text("SELECT count(*) FROM canary")) == 1
    database.close()
    assert Listener.hits == []
    assert _outside(tmp_path_factory) == outside
    assert not Path("/tmp/muster-canary").exists()


def _outside(factory: pytest.TempPathFactory) -> set[str]:
    """Everything beside the data folders of this session's tests."""
    base = factory.getbasetemp()
    return {path.name for path in base.glob("installation*/*")}
