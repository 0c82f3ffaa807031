import time, cProfile, pstats
from uuid import uuid4
from muster.settings import Settings
from muster.base.clock import SystemClock
from muster.examples.catalog import find_example
from muster.services.demo import *
from muster.services import demo
from muster.services.access import enter_locally
from muster.wiring import open_resources
from tests.services.small_workspace import new_database
from muster.services.orders.bulk import *
from muster.services.orders.bulk import BulkRequest, preview, apply_bulk
from muster.services.orders.undoing import undo
from muster.base.order_query import Condition, OrderQuery
from muster.services.orders.opening import open_desk
from tests.orders_shop import rows


def test_perf(embedded_server, tmp_path):
    from muster.services.demo import prepare_example

    with new_database(embedded_server) as name:
        settings = Settings(
            data=tmp_path, database_url=embedded_server.url(database=name), threads=2
        )
        with open_resources(settings, clock=SystemClock()) as resources:
            t = time.time()
            prepare_example(resources, find_example("retail360"), actor="test", entities=7000)
            print("prepared", time.time() - t)
            ctx = enter_locally(resources, "retail360", actor="test")
            with open_desk(ctx) as (c, _):
                print(rows(c, "select status, count(*) from orders group by 1"))
            for most in (10000,):
                with open_desk(ctx) as (c, _):
                    ids = tuple(
                        r[0]
                        for r in rows(
                            c,
                            f"select order_id from orders where status='delivered' order by md5(order_id::text) limit {most}",
                        )
                    )
                req = BulkRequest(ids, {"status": "returned"})
                pr = cProfile.Profile(time.process_time)
                pr.enable()
                t = time.time()
                shown = preview(ctx, req)
                tp = time.time() - t
                pr.disable()
                print(
                    most,
                    "preview",
                    round(tp, 2),
                    shown.impact.sentence,
                    len(shown.impact.segments),
                    shown.impact.not_measured,
                    shown.impact.exact,
                )
                if most == 10000:
                    pstats.Stats(pr).sort_stats("cumtime").print_stats(60)
                t = time.time()
                a = apply_bulk(
                    ctx, req, op_id=uuid4(), token=shown.token, expect=len(shown.orders.legal)
                )
                print("apply", round(time.time() - t, 2), a.orders)
                t = time.time()
                u = undo(ctx, op_id=uuid4())
                print("undo", round(time.time() - t, 2), u.orders, len(u.skipped))
    assert 0
