from __future__ import annotations
import time
from uuid import uuid4
from sqlalchemy import text
from muster.base.order_changes import Draft, CellChange, NewOrder, NewItem
from muster.services.orders.changing import apply
from muster.services.orders.undoing import undo
from muster.services.orders.opening import open_desk
from muster.store.database import without_row_role
from muster.store.orders.setup import use_schema
import cProfile, pstats

def test_perf(desk_context):
    res = desk_context.resources
    with without_row_role(res.database).transaction(desk_context.workspace.id) as c:
        use_schema(c, res.orders_schema)
        c.execute(text("ALTER TABLE orders DISABLE TRIGGER USER")); c.execute(text("ALTER TABLE order_items DISABLE TRIGGER USER"))
        c.execute(text("INSERT INTO orders (order_id, customer_id, customer_name, customer_email, status, total_amount, item_count, quantity) SELECT 1000+i, 'C0001', 'n', 'e@x.y', 'pending', 2, 1, 1 FROM generate_series(1,10000) i"))
        c.execute(text("INSERT INTO order_items (order_id, line_no, product_id, quantity, unit_price) SELECT 1000+i, 1, 'SKU-001', 1, 2 FROM generate_series(1,10000) i")); c.execute(text("SELECT setval('orders_order_id_seq', 20000)")); c.execute(text("ANALYZE"))
        c.execute(text("ALTER TABLE orders ENABLE TRIGGER USER")); c.execute(text("ALTER TABLE order_items ENABLE TRIGGER USER"))
    cells = tuple(CellChange("order", str(1000+i), "status", None, "confirmed", check_base=False) for i in range(1,10001))
    p = cProfile.Profile()
    t=time.process_time(); d = apply(desk_context, Draft(uuid4(), "bulk", cells=cells)); print("bulk status", time.process_time()-t, d.cells)
    t=time.process_time(); undo(desk_context, uuid4()); print("undo", time.process_time()-t)
    cells = tuple(CellChange("item", f"{1000+i}/1", "quantity", 1, 2) for i in range(1,10001))
    t=time.process_time(); d = apply(desk_context, Draft(uuid4(), "paste", cells=cells)); print("items", time.process_time()-t, d.cells)
    t=time.process_time(); undo(desk_context, uuid4()); print("undo", time.process_time()-t)
    made = tuple(NewOrder({"customer_id": "C0001","status":"delivered"}, tuple(NewItem(0,"SKU-001",1,"2.00") for _ in range(3))) for i in range(10000))
    t=time.process_time(); d = apply(desk_context, Draft(uuid4(), "import", inserts=made)); print("inserts", time.process_time()-t, d.cells)
    t=time.process_time(); undo(desk_context, uuid4()); print("undo", time.process_time()-t)
    t=time.process_time(); d = apply(desk_context, Draft(uuid4(), "edit", cells=(CellChange("customer","C0001","name",None,"x",check_base=False),))); print("rename with 10000 orders", time.process_time()-t, d.cells)
    for _ in range(3):
        t=time.process_time(); d = apply(desk_context, Draft(uuid4(), "edit", cells=(CellChange("order","1","note",None,str(_),check_base=False),))); print("one cell", time.process_time()-t, d.cells)
