"""Every call in the guide to the API is one that the API understands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from muster.api.app import create_app
from tests.api.shop import make_shop, settings_for

GUIDE = Path(__file__).resolve().parents[2] / "docs/guides/api.md"
ROOT = "http://localhost:8000"


@dataclass
class Call:
    """One curl command."""

    url: str = ""
    method: str = "GET"
    headers: dict[str, str] = field(default_factory=dict)
    body: str | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.url}"


def calls() -> Iterator[Call]:
    for block in re.findall(r"```sh\n(.*?)```", GUIDE.read_text(), re.S):
        for line in block.replace("\\\n", " ").splitlines():
            words = iter(shlex.split(line)[1:])
            call = Call()
            for word in words:
                match word:
                    case "-X":
                        call.method = next(words)
                    case "-H":
                        name, _, value = next(words).partition(": ")
                        call.headers[name] = value
                    case "-d":
                        call.body = next(words)
                    case "-i":
                        continue
                    case _:
                        call.url = word.removeprefix(ROOT)
            yield call


@pytest.fixture(scope="module")
def client(
    module_database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[TestClient]:
    settings = settings_for(module_database_url, Path(tmp_path_factory.mktemp("data")))
    make_shop(settings)
    with TestClient(create_app(settings), raise_server_exceptions=False) as client:
        yield client


@pytest.mark.parametrize("call", list(calls()), ids=str)
def test_a_call_of_the_guide_is_understood(client: TestClient, call: Call) -> None:
    described = client.get("/openapi.json").json()["paths"]
    path, _, query = call.url.partition("?")
    template = re.sub(r"/(?:\d+|preferences|card)\b", "/{id}", path)
    known = {re.sub(r"\{[^}]*\}", "{id}", name): found for name, found in described.items()}
    operation = known[template][call.method.lower()]
    parameters = {one["name"] for one in operation["parameters"]} if query else set()
    assert {part.partition("=")[0] for part in query.split("&") if part} <= parameters
    headers = {name: value for name, value in call.headers.items() if name != "Authorization"}
    answer = client.request(
        call.method,
        call.url.replace("payments", "shop"),
        headers={name: value.replace("payments", "shop") for name, value in headers.items()},
        content=call.body,
    )
    # the shop has other fields and segments than the demo, so a rule may not fit it
    assert answer.status_code < 500
    if answer.status_code >= 400:
        code = answer.json()["code"]
        assert code in ("INVALID_RULE", "UNKNOWN_SEGMENT", "UNKNOWN_COLUMN", "UNKNOWN_FIELD")


def test_the_guide_shows_every_kind_of_call() -> None:
    shown = {str(call) for call in calls()}
    for path in ("count", "compare", "explain", "members", "sample_data", "trigger", "model"):
        assert any(path in call for call in shown), path
