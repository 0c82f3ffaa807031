"""A workspace over the benchmark's warehouse, with saved rules to open in the builder."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.data import Scale, prepare_warehouse
from muster.rules.document import read_documents
from muster.services.access import enter_locally
from muster.services.applying import apply, list_rules, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.indexing import ensure_index
from muster.services.workspaces import create_workspace, current_model, save_model
from muster.settings import Settings
from muster.wiring import open_resources

NAME = "bench"
_MODEL = Path(__file__).with_name("model.yml")
# The data ends with 2025: windows that reach back from today would find nobody.
_YEAR = {"from": "2025-01-01", "to": "2026-01-01"}
_AUTUMN = {"from": "2025-10-01", "to": "2026-01-01"}


def _is(field: str, op: str, value: Any) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def _metric(metric: str, op: str, value: int, window: Mapping[str, str]) -> dict[str, Any]:
    return {"metric": metric, "op": op, "value": value, "window": dict(window)}


def _did(event: str, op: str, times: int, *tests: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {"did": event, "window": dict(_AUTUMN), "times": {"op": op, "n": times}}
    return {**found, "where": list(tests)} if tests else found


RULES: tuple[dict[str, Any], ...] = (
    {
        "name": "sport_seldom_shown",
        "title": "Women who like sport and saw campaign 7 seldom",
        "where": [
            _is("gender", "=", "F"),
            _is("age", ">=", 25),
            _is("age", "<=", 44),
            _is("interests", "has_any", ["sport"]),
            _did("impression", "<", 3, _is("campaign", "=", 7)),
        ],
    },
    {
        "name": "big_spenders",
        "title": "Who spent much in 2025",
        "where": [_is("age", ">=", 50), _metric("spend", ">=", 4000, _YEAR)],
    },
    {
        "name": "often_or_much",
        "title": "Who buys often, or dearly",
        "where": [
            {
                "any": [
                    _metric("purchases", ">=", 12, _YEAR),
                    _metric("largest_ticket", ">=", 1800, _YEAR),
                ]
            },
            {"not": _is("city_tier", "=", 3)},
        ],
    },
    {
        "name": "travellers",
        "title": "Who travels and saw few advertisements",
        "where": [
            _is("interests", "has_any", ["travel", "cars"]),
            _did("purchase", ">=", 2, _is("amount", ">=", 300)),
            _did("impression", "<", 5, _is("clicked", "=", True)),
        ],
    },
    {
        "name": "quiet_or_small",
        "title": "Who buys little",
        "where": [
            _metric("average_ticket", "<", 150, _YEAR),
            {"any": [_metric("purchases", "<", 6, _YEAR), _is("age", "<", 21)]},
        ],
    },
)


def prepare_workspace(scale: Scale, folder: Path, warehouses: Path) -> dict[str, int]:
    """Make the workspace in a data folder, unless it is there; return its rules' ids by name.

    Args:
        folder: the data folder of the server.
        warehouses: where the benchmark's warehouses are.
    """
    warehouse = prepare_warehouse(scale, warehouses, progress=_told)
    settings = Settings(data=folder)
    with open_resources(settings, application_name="muster-bench") as resources:
        if not (folder / "ready").exists():
            create_workspace(resources, name=NAME, title="Benchmark", synthetic=True, actor="bench")
            context = enter_locally(resources, NAME, actor="bench")
            _fill(context, warehouse)
            (folder / "ready").touch()
        context = enter_locally(resources, NAME, actor="bench")
        return {rule.name: int(rule.id) for rule in list_rules(context)}


def _fill(context: WorkspaceContext, warehouse: Path) -> None:
    context.folder.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(warehouse, context.warehouse_path)
    save_model(context, _MODEL.read_text(encoding="utf-8"))
    with context.open_warehouse() as opened:
        ensure_index(context, current_model(context), opened, progress=_told)
    plan = plan_apply(context, read_documents(list(RULES)), measured=False)
    apply(context, plan, reason="benchmark")


def _told(what: str) -> None:
    print(f"  {what}", flush=True)
