import sys
sys.path.insert(0,"/work/main")
import pytest, schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from tests.api.test_openapi_properties import operations, refusals_name_the_fault
def test_mine(desk_reader):
    client = desk_reader
    app = client.app
    import json
    for n in range(3):
        r=client.post("/api/orders/imports", params={"name":"a"}, content=b"order_id,note\n1,x\n9999,y\n", headers={"content-type":"text/csv"})
        assert r.status_code==200
    client.post("/api/orders/imports/1/check")
    broken=[]
    for op in operations(app):
        if "/imports" not in op.path: continue
        @given(case=op.as_strategy())
        @settings(max_examples=60, suppress_health_check=list(HealthCheck), database=None, deadline=None)
        def ask(case):
            refusals_name_the_fault(case.call_and_validate())
        try: ask()
        except BaseException as e: broken.append(f"{op.label}\n{e}")
    assert not broken, "\n\n".join(broken)
