from __future__ import annotations
from typing import Any
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from schemathesis.core.failures import FailureGroup
from tests.api.test_openapi_properties import operations, refusals_name_the_fault

def test_mine(desk_reader: TestClient) -> None:
    broken=[]
    mine=("rows","count","values","around","rows-by-id","desk","products","customers","views","export","{order_id}")
    for op in operations(desk_reader.app):
        parts=op.path.split("/")
        if not (op.path.startswith("/api/orders/") and parts[3] in mine): continue
        @given(case=op.as_strategy())
        @settings(max_examples=25, suppress_health_check=list(HealthCheck), database=None, deadline=None)
        def ask(case: Any) -> None:
            refusals_name_the_fault(case.call_and_validate())
        try: ask()
        except (FailureGroup, AssertionError) as failure: broken.append(f"{op.label}\n{failure}")
    assert not broken, "\n\n".join(broken)
