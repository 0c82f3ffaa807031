"""Every kind of error has its status, and no internals leak."""

from __future__ import annotations

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from muster.api.errors import install
from muster.base.errors import (
    Busy,
    Conflict,
    EngineFailed,
    InvalidRule,
    MusterError,
    NotFound,
    Problem,
    Unavailable,
)

FAULT = Problem("UNKNOWN_FIELD", "$.where.field", "There is no such field.", "Look again.")
CASES: list[tuple[Exception, int, str]] = [
    (InvalidRule.of("INVALID_RULE", "The rule", [FAULT]), 422, "INVALID_RULE"),
    (NotFound("UNKNOWN_RULE", "No."), 404, "UNKNOWN_RULE"),
    (Conflict("SEGMENT_CYCLE", "Round."), 409, "SEGMENT_CYCLE"),
    (Busy("WAREHOUSE_BUSY", "Later."), 503, "WAREHOUSE_BUSY"),
    (Unavailable("NO_DATABASE", "Gone."), 503, "NO_DATABASE"),
    (EngineFailed("disk_full", "Full."), 502, "ENGINE_DISK_FULL"),
    (MusterError("ODD", "Odd."), 500, "ODD"),
    (RuntimeError("password=hunter2"), 500, "INTERNAL"),
]


@pytest.mark.parametrize(("error", "status", "code"), CASES, ids=[case[2] for case in CASES])
def test_an_error_becomes_problem_details(error: Exception, status: int, code: str) -> None:
    app = FastAPI()
    install(app)

    @app.get("/")
    def fail() -> None:
        raise error

    answer = TestClient(app, raise_server_exceptions=False).get("/")
    body = answer.json()
    assert (answer.status_code, body["status"], body["code"]) == (status, status, code)
    assert "hunter2" not in answer.text
    if code == "INVALID_RULE":
        assert body["problems"] == [
            {
                "code": "UNKNOWN_FIELD",
                "path": "$.where.field",
                "sentence": "There is no such field.",
                "hint": "Look again.",
            }
        ]
        assert body["path"] == "$.where.field"


def test_a_malformed_request_names_the_place() -> None:
    app = FastAPI()
    install(app)

    @app.get("/items/{number}")
    def read(number: int) -> int:
        return number

    body = TestClient(app).get("/items/many").json()
    assert body["code"] == "MALFORMED"
    assert body["problems"][0]["path"] == "$.path.number"
