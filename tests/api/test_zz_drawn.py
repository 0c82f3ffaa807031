from __future__ import annotations
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.core.failures import FailureGroup
from tests.api.test_openapi_properties import operations, refusals_name_the_fault
MINE = ("/api/orders/changes","/api/orders","/api/orders/undo","/api/orders/redo","/api/orders/undo-stack","/api/orders/changesets","/api/orders/changesets/{changeset_id}")
def test_x(desk_client):
    app = desk_client.app
    broken=[]
    for operation in operations(app):
        if operation.path not in MINE and operation.label != "DELETE /api/orders/{order_id}": continue
        codes={}
        @given(case=operation.as_strategy())
        @settings(max_examples=40, suppress_health_check=list(HealthCheck), database=None, deadline=None)
        def ask(case):
            r=case.call_and_validate(); refusals_name_the_fault(r); codes[r.status_code]=codes.get(r.status_code,0)+1
        try: ask()
        except (FailureGroup, AssertionError) as failure: broken.append(f"{operation.label}\n{failure}")
        print(operation.label, codes)
    assert not broken, "\n\n".join(broken)[:6000]
