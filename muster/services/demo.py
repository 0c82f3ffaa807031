"""The example workspaces: made, filled with generated data, refreshed; what exists is kept."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from muster.base.errors import InvalidInput, NotFound
from muster.base.records import SegmentVersion
from muster.engines.member_rows import register_members
from muster.examples.catalog import Example
from muster.model.yaml_text import read_yaml
from muster.rules.document import read_documents
from muster.services.access import enter_locally
from muster.services.applying import apply, plan_apply
from muster.services.context import Resources, WorkspaceContext
from muster.services.indexing import ensure_index
from muster.services.members import keys_of
from muster.services.orders.flowing import flow
from muster.services.orders.opening import open_desk
from muster.services.orders.populating import WarehouseOrders, populate_desk
from muster.services.orders.setting_up import set_up_desk
from muster.services.refresh import refresh
from muster.services.segments import list_segments
from muster.services.workspaces import create_workspace, current_model, save_model
from muster.store.orders.desk import desk_of
from muster.store.orders.populate import count_orders, was_edited

MAX_ENTITIES = 2**21
_RECORD = "generated.json"
HISTORY_DAYS = (28, 21, 14, 10, 7, 3)
"""How many days before the present the first versions of a demo's segments are evaluated."""

_A_DAY = timedelta(days=1)

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True)
class Generated:
    """What an example's data was made with."""

    entities: int
    events_per_entity: float
    until: datetime


@dataclass(frozen=True, slots=True)
class DeskOfDemo:
    """The order desk of an example: how many orders, and how long filling it took; 0: found."""

    orders: int
    seconds: float


@dataclass(frozen=True, slots=True)
class DemoWorkspace:
    """One example workspace, ready.

    Attributes:
        made: its data was generated now, not found.
        segments: (name, title, current version), by name.
        seconds: of generating and loading, and of refreshing; 0 for what was found.
        outdated: its data ends before yesterday, so that windows reach into nothing.
        desk: its order desk; None: it has none, or the installation's is another workspace's.
    """

    example: Example
    generated: Generated
    made: bool
    segments: tuple[tuple[str, str, SegmentVersion], ...]
    load_seconds: float
    refresh_seconds: float
    outdated: bool
    desk: DeskOfDemo | None


def prepare_example(
    resources: Resources,
    example: Example,
    *,
    actor: str,
    entities: int | None = None,
    events_per_entity: float | None = None,
    fresh: bool = False,
    tell: Tell | None = None,
) -> DemoWorkspace:
    """Make an example workspace whole: data, model, rules, published segments.

    Steps that were done before are not repeated, so an interrupted call is continued by the next.

    Args:
        entities, events_per_entity: size of the generated data; ignored where data exists.
        fresh: generate new data up to today and put the example's own rules back; segments get
            new versions and keep their history.
        tell: told what is done next.

    Raises:
        InvalidInput: BAD_SIZE. Busy, EngineFailed: the warehouse is in use or failed.
    """
    say = tell or _say_nothing
    variables = _variables(resources, example, entities, events_per_entity)
    context = _context(resources, example, actor)
    generated = None if fresh else _read_record(context)
    made = generated is None
    started = time.perf_counter()
    if made:
        _generate(context, example, variables, say)
    load_seconds = time.perf_counter() - started if made else 0.0
    desk = None
    if example.desk_script is not None:
        desk = _fill_desk(context, made=made, fresh=fresh, say=say)
    if generated is None:
        generated = _write_record(context, example, variables)
    started = time.perf_counter()
    refreshed = _refresh(context, example, everything=made, say=say)
    entries = list_segments(context)
    return DemoWorkspace(
        example,
        generated,
        made,
        tuple(
            (entry.segment.name, entry.rule.title, entry.segment.current)
            for entry in entries
            if entry.segment.current is not None
        ),
        load_seconds,
        time.perf_counter() - started if refreshed else 0.0,
        example.until_today(resources.clock.now_utc()) - generated.until >= _A_DAY,
        desk,
    )


def _fill_desk(
    context: WorkspaceContext, *, made: bool, fresh: bool, say: Tell
) -> DeskOfDemo | None:
    """Give the workspace an order desk with the orders of its warehouse.

    A desk that was edited is kept, unless everything is to be new.
    """
    resources = context.resources
    owner = desk_of(resources.database, resources.orders_schema)
    if owner not in (None, context.workspace.id):
        return None
    started = time.perf_counter()
    say("setting the order desk up")
    set_up_desk(resources, actor=context.actor, workspace=context.workspace.name)
    with open_desk(context) as (connection, _):
        found = count_orders(connection)
        edited = was_edited(connection)
    if found and not fresh and (edited or not made):
        return DeskOfDemo(found, 0.0)
    filled = populate_desk(context, WarehouseOrders(), replace=True, tell=say)
    say("following the order desk")
    flow(context)  # so that the warehouse knows from where on to take changes
    return DeskOfDemo(filled.orders, time.perf_counter() - started)


def _variables(
    resources: Resources,
    example: Example,
    entities: int | None,
    events_per_entity: float | None,
) -> Mapping[str, Any]:
    people = example.entities if entities is None else entities
    scale = example.events_per_entity if events_per_entity is None else events_per_entity
    if not 1 <= people <= MAX_ENTITIES or not 0 < scale <= 1000:
        raise InvalidInput(
            "BAD_SIZE",
            f"A demo has 1 to {MAX_ENTITIES:,} entities and up to 1,000 events for each.",
        )
    now = resources.clock.now_utc()
    # whoever looks at an order desk looks at today's orders
    until = example.until_today(now) if example.desk_script is None else now
    return example.variables(until_utc=until, entities=people, events_per_entity=scale)


def _context(resources: Resources, example: Example, actor: str) -> WorkspaceContext:
    try:
        return enter_locally(resources, example.name, actor=actor)
    except NotFound:
        create_workspace(
            resources, name=example.name, title=example.title, synthetic=True, actor=actor
        )
        return enter_locally(resources, example.name, actor=actor)


def _generate(
    context: WorkspaceContext, example: Example, variables: Mapping[str, Any], say: Tell
) -> None:
    """Build the warehouse beside the old one, then put it in its place."""
    target = context.warehouse_path
    beside = target.with_name("warehouse.new.duckdb")
    _remove(beside)
    context.folder.mkdir(parents=True, exist_ok=True)
    try:
        with context.resources.open_warehouse(beside, False) as warehouse:
            for script in example.script_paths:
                warehouse.script(script, variables, progress=say)
        save_model(context, example.model_path.read_text(encoding="utf-8"))
        beside.replace(target)
    finally:
        _remove(beside)


def _refresh(context: WorkspaceContext, example: Example, *, everything: bool, say: Tell) -> bool:
    """Publish what is not published; with new data, put the rules back and publish all."""
    entries = list_segments(context)
    if everything or not entries:
        text = example.rules_path.read_text(encoding="utf-8")
        documents = read_documents(read_yaml(text)[0])
        say("reading the rules")
        plan = plan_apply(context, documents, measured=False)
        apply(context, plan, reason="example rules")
        entries = list_segments(context)
    waiting = [entry.segment.name for entry in entries if everything or not entry.segment.current]
    if not waiting:
        return False
    if not any(entry.segment.current for entry in entries):
        # Versions of some days back, so that there is a history: trends, who entered, who left.
        now = context.resources.clock.now_utc()
        for days in HISTORY_DAYS:
            say(f"as of {days} days ago")
            refresh(context, waiting, as_of=now - timedelta(days=days))
    refresh(context, waiting, progress=lambda _done, _total, what: say(what))
    if example.gold_script is not None:
        say("making the gold tables")
        make_gold(context, example.path(example.gold_script), zone=example.time_zone)
        with context.open_warehouse() as warehouse:  # it was written to
            ensure_index(context, current_model(context), warehouse, progress=say)
    return True


def make_gold(context: WorkspaceContext, script: Path, *, zone: str) -> None:
    """Write the analytics of published segments into the warehouse.

    Raises:
        Busy: somebody reads the warehouse. EngineFailed: it failed.
    """
    members = {
        entry.segment.name: keys_of(context, entry.segment.current)
        for entry in list_segments(context)
        if entry.segment.current is not None
    }
    with context.open_warehouse(read_only=False) as warehouse:
        register_members(warehouse, members, key_column=current_model(context).entity.key)
        warehouse.script(script, {"zone": zone})


def _read_record(context: WorkspaceContext) -> Generated | None:
    """Return what the warehouse was made with; None when there is none, or it is half made."""
    try:
        record = json.loads((context.folder / _RECORD).read_text(encoding="utf-8"))
        found = Generated(
            int(record["entities"]),
            float(record["events_per_entity"]),
            datetime.fromisoformat(record["until"]),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return found if context.warehouse_path.exists() else None


def _write_record(
    context: WorkspaceContext, example: Example, variables: Mapping[str, Any]
) -> Generated:
    generated = Generated(
        int(variables["entities"]),
        float(variables[example.scale_variable]),
        variables["until"].replace(tzinfo=UTC),
    )
    record = {
        "entities": generated.entities,
        "events_per_entity": generated.events_per_entity,
        "until": generated.until.isoformat(),
    }
    temporary = context.folder / f"{_RECORD}.new"
    temporary.write_text(json.dumps(record), encoding="utf-8")
    temporary.replace(context.folder / _RECORD)
    return generated


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.with_name(f"{path.name}.wal").unlink(missing_ok=True)


def _say_nothing(_: str) -> None:
    """Take progress that nobody wants."""
