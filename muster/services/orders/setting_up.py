"""Makes the order desk of a workspace: schema, roles, permissions, currency and time zone."""

from __future__ import annotations

import re
import zoneinfo
from dataclasses import dataclass

from muster.base.errors import InvalidInput, NotFound
from muster.base.orders import Desk
from muster.base.people import Permission
from muster.examples.catalog import Example, find_example
from muster.model.load import load_model
from muster.services.access import enter_locally
from muster.services.context import Resources, WorkspaceContext
from muster.services.orders.opening import open_desk
from muster.services.workspaces import create_workspace, find_model, save_model
from muster.store import audit, workspaces
from muster.store.database import without_row_role
from muster.store.orders import roles
from muster.store.orders.desk import desk_of, has_desk
from muster.store.orders.setup import describe, set_up, use_schema

EXAMPLE = "retail360"
_CURRENCY = re.compile(r"[A-Z]{3}")

# What the example's data model says otherwise of a shop in London with customers in 38 countries.
_ONLINE_RETAIL = (
    ("Customers of a North American shop", "Customers of a British gift shop"),
    ("\n  Generated data; nobody in it exists.", ""),
    ("synthetic: true", "synthetic: false"),
    ("time_zone: America/New_York", "time_zone: Europe/London"),
    ("currency: USD", "currency: GBP"),
    ("{type: enum, label: Country, values: [US, CA]}", "{type: string, label: Country}"),
)


@dataclass(frozen=True, slots=True)
class DeskSetUp:
    """What a set-up found and did.

    Attributes:
        workspace_made: there was no such workspace before.
        migrations: those this call ran.
        ask: the read-only role as it is now.
        statements: SQL for an administrator, if that role is not ready.
    """

    workspace: str
    workspace_made: bool
    schema: str
    migrations: tuple[str, ...]
    desk: Desk
    ask: roles.AskRole
    statements: tuple[str, ...]


def choose_workspace(resources: Resources, named: str | None) -> str:
    """Return the workspace to work in: the named one, the desk's own, or the example's."""
    if named is not None:
        return named
    owner = desk_of(resources.database, resources.orders_schema)
    if owner is None:
        return EXAMPLE
    with resources.database.transaction(owner) as connection:
        return workspaces.by_id(connection, owner).name


def set_up_desk(
    resources: Resources,
    *,
    actor: str,
    workspace: str | None = None,
    currency: str | None = None,
    time_zone: str | None = None,
) -> DeskSetUp:
    """Make a workspace's order desk, or bring it to what this Muster needs; again is harmless.

    Args:
        workspace: None: the desk's own, else retail360, which is made if there is none.
        currency, time_zone: left out: what the desk has, at first what the data model says.

    Raises:
        NotFound: UNKNOWN_WORKSPACE. InvalidInput: BAD_CURRENCY, BAD_TIME_ZONE, BAD_SCHEMA.
        Conflict: DESK_TAKEN. Unavailable: DESK_NEWER, DATABASE_FORBIDDEN. Busy: it is locked.
    """
    _refuse_bad(currency, time_zone)
    name = choose_workspace(resources, workspace)
    context, made = _enter(resources, name, actor, make=workspace is None)
    context.require(Permission.ADMINISTER)
    schema = resources.orders_schema
    wanted = _wanted(context, currency, time_zone)
    numbers = set_up(
        resources.database,
        schema,
        workspace_id=context.workspace.id,
        currency=wanted.currency,
        time_zone=wanted.time_zone,
    )
    owning = without_row_role(resources.database)
    with owning.transaction() as connection:
        roles.grant(connection, schema)
        ask = roles.ask_role(connection, schema)
        use_schema(connection, schema)
        describe(connection, currency=wanted.currency, time_zone=wanted.time_zone)
        if numbers:
            audit.record(
                connection,
                context.workspace.id,
                actor=context.actor,
                action="orders.setup",
                subject=f"desk/{schema}",
                after={"migrations": list(numbers), "currency": wanted.currency},
            )
    user = resources.database.engine.url.username or "muster"
    statements = () if ask.ready else roles.statements_for_administrators(schema, user)
    return DeskSetUp(name, made, schema, numbers, wanted, ask, statements)


def fit_model(context: WorkspaceContext, *, online_retail: bool) -> None:
    """Save the data model of what a desk is filled with, and label the workspace accordingly.

    A workspace with a data model of its own keeps it.
    """
    stored = find_model(context)
    documents = [_model(online_retail=False), _model(online_retail=True)]
    if stored is not None and stored.document not in documents:
        return
    save_model(context, documents[online_retail])
    with context.transaction() as connection:
        workspaces.label(connection, context.workspace.id, synthetic=not online_retail)


def holds_online_retail(context: WorkspaceContext) -> bool:
    """Whether the workspace's data model is the one that `fit_model` saves for real lines."""
    stored = find_model(context)
    return stored is not None and stored.document == _model(online_retail=True)


def _model(*, online_retail: bool) -> str:
    document = _example().model_path.read_text(encoding="utf-8")
    for said, otherwise in _ONLINE_RETAIL if online_retail else ():
        assert said in document, said
        document = document.replace(said, otherwise, 1)
    return document


def _example() -> Example:
    return find_example(EXAMPLE)


def _enter(
    resources: Resources, name: str, actor: str, *, make: bool
) -> tuple[WorkspaceContext, bool]:
    try:
        return enter_locally(resources, name, actor=actor), False
    except NotFound:
        if not make:
            raise
    title = _example().title
    create_workspace(resources, name=name, title=title, synthetic=True, actor=actor)
    context = enter_locally(resources, name, actor=actor)
    save_model(context, _model(online_retail=False))
    return context, True


def _wanted(context: WorkspaceContext, currency: str | None, time_zone: str | None) -> Desk:
    """Return what the desk is to count in: as told, as it is, as the data model says."""
    resources = context.resources
    given = Desk("USD", "America/New_York")
    stored = find_model(context)
    if has_desk(resources.database, resources.orders_schema, context.workspace.id):
        with open_desk(context) as (_, desk):
            given = desk
    elif stored is not None:
        model = load_model(stored.document)
        given = Desk(model.currency or given.currency, model.time_zone)
    return Desk(currency or given.currency, time_zone or given.time_zone)


def _refuse_bad(currency: str | None, time_zone: str | None) -> None:
    if currency is not None and not _CURRENCY.fullmatch(currency):
        raise InvalidInput(
            "BAD_CURRENCY",
            "A currency is three capital letters.",
            hint="For example USD, EUR or GBP.",
            path="--currency",
        )
    if time_zone is not None and time_zone not in zoneinfo.available_timezones():
        raise InvalidInput(
            "BAD_TIME_ZONE",
            f'"{time_zone}" is no time zone.',
            hint="For example America/New_York or Europe/London.",
            path="--time-zone",
        )
