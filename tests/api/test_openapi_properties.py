"""Drawn requests over the whole OpenAPI document: never a 5xx, never an answer it does not allow.

`MUSTER_API_CASES` says how many (1,200 here, 100,000 by `make soak`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.core.failures import FailureGroup

from muster.api.app import create_app
from tests.api.asked import STREAMS
from tests.api.shop import make_shop, settings_for
from tests.orders_shop import add_desk

CASES = int(os.environ.get("MUSTER_API_CASES", "2000"))


@pytest.fixture(scope="module")
def app(module_database_url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FastAPI]:
    folder = tmp_path_factory.mktemp("data")
    settings = settings_for(module_database_url, folder)
    make_shop(settings)
    add_desk(settings)
    app = create_app(settings)
    with TestClient(app):
        yield app


def operations(app: FastAPI) -> list[Any]:
    schema = schemathesis.openapi.from_asgi("/openapi.json", app)
    # What a rule, a schedule or a zone may say is more than a JSON Schema can: such faults answer
    # 422 although the document allows the shape, and must then name the fault (below). A drawn
    # If-Match names no version, which is 412.
    acceptance = schema.config.checks.positive_data_acceptance
    acceptance.expected_statuses = [*acceptance.expected_statuses, "412", "422"]
    found = [result.ok() for result in schema.get_all_operations()]
    return [operation for operation in found if operation.path not in STREAMS]


def refusals_name_the_fault(response: Any) -> None:
    if response.status_code < 400:
        return
    problem = response.json()
    assert problem["status"] == response.status_code
    assert problem["code"], problem
    assert problem["title"], problem
    if response.status_code == 422:
        paths = [fault["path"] for fault in problem["problems"]] or [problem["path"]]
        assert all(path and path.startswith("$") for path in paths), problem


def test_no_drawn_request_breaks_the_server_or_the_document(app: FastAPI) -> None:
    found = operations(app)
    each = max(3, -(-CASES // len(found)))
    asked = 0
    broken: list[str] = []
    for operation in found:

        @given(case=operation.as_strategy())
        @settings(
            max_examples=each, suppress_health_check=list(HealthCheck), database=None, deadline=None
        )
        def ask(case: Any) -> None:
            nonlocal asked
            asked += 1
            refusals_name_the_fault(case.call_and_validate())

        try:
            ask()
        except (FailureGroup, AssertionError) as failure:
            broken.append(f"{operation.label}\n{failure}")
    assert not broken, "\n\n".join(broken)
    assert asked >= CASES * 0.8
