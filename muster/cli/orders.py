"""`muster orders`: set an order desk up, fill it, look it over."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from muster.base.errors import InvalidInput
from muster.cli.doctor import print_diagnosis
from muster.cli.errors import CANNOT_NOW
from muster.cli.interrupts import ended_in_order
from muster.cli.options import JsonOption
from muster.cli.output import Column, print_table, say, seconds, write_json
from muster.cli.progress import steps
from muster.cli.session import opened, read_settings
from muster.cli.shapes import diagnosis_json
from muster.services.access import enter_locally
from muster.services.doctor import Diagnosis, Health
from muster.services.orders.checking import examine_desk
from muster.services.orders.flowing import flow
from muster.services.orders.populating import (
    GeneratedOrders,
    OnlineRetail,
    Populated,
    Source,
    populate_desk,
)
from muster.services.orders.setting_up import DeskSetUp, choose_workspace, set_up_desk

app = typer.Typer(help="Set the order desk up, fill it, look it over.", no_args_is_help=True)

DeskOption = Annotated[
    str | None,
    typer.Option(
        "--workspace",
        "-w",
        envvar="MUSTER_WORKSPACE",
        metavar="NAME",
        help="Whose desk it is; left out: the desk's own workspace, else retail360.",
    ),
]
DEFAULT_ORDERS = 1000


@app.command("setup")
def setup(
    workspace: DeskOption = None,
    currency: Annotated[
        str | None, typer.Option(help="Of all amounts, e.g. EUR; at first the data model's.")
    ] = None,
    time_zone: Annotated[
        str | None, typer.Option(help="IANA zone in which days are meant; at first the model's.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Make the order desk's tables, roles and permissions; what is there is kept."""
    settings = read_settings()
    with opened() as resources:
        found = set_up_desk(
            resources,
            actor=settings.actor,
            workspace=workspace,
            currency=currency,
            time_zone=time_zone,
        )
    if as_json:
        write_json(
            {
                "workspace": found.workspace,
                "workspace_made": found.workspace_made,
                "schema": found.schema,
                "migrations": found.migrations,
                "currency": found.desk.currency,
                "time_zone": found.desk.time_zone,
                "read_only_role": found.ask.ready,
                "statements": found.statements,
            }
        )
        return
    _print_set_up(found)


def _print_set_up(found: DeskSetUp) -> None:
    if found.workspace_made:
        say(f"Workspace {found.workspace} is made, with the example's data model.")
    done = (
        f"migrations {', '.join(found.migrations)} were run" if found.migrations else "up to date"
    )
    say(f"Order desk of {found.workspace}, schema {found.schema}: {done}.")
    say(f"It counts in {found.desk.currency} and in days of {found.desk.time_zone}.")
    if found.ask.ready:
        say("The read-only role muster_ask reads its views for questions, nothing personal.")
    else:
        say("The read-only role for questions is missing; an administrator runs:", style="yellow")
        for statement in found.statements:
            say(f"  {statement};")
    say("Fill it next: muster orders populate --orders 10000")


@app.command("populate")
def populate(
    orders: Annotated[
        int | None, typer.Option(help="Make up about so many orders (1,000); 1,000,000 are fine.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Another seed, other orders.")] = None,
    online_retail: Annotated[
        Path | None,
        typer.Option(help="Load the Online Retail lines of a Parquet file instead."),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option("--replace", help="Give up all orders, changes and imports that are there."),
    ] = False,
    workspace: DeskOption = None,
    as_json: JsonOption = False,
) -> None:
    """Fill the order desk with generated orders, or with the lines of a real shop."""
    source = _source(orders, seed, online_retail)
    actor = read_settings().actor
    with ended_in_order(), opened() as resources:
        context = enter_locally(resources, choose_workspace(resources, workspace), actor=actor)
        with steps("Orders:") as tell:
            found = populate_desk(context, source, replace=replace, tell=tell)
            tell("taking them into the warehouse")
            flowed = flow(context)
    if as_json:
        document = {**asdict(found), "orders": found.orders, "seconds": round(found.seconds, 3)}
        taken = None if flowed is None else dict(flowed.rows)
        write_json({"workspace": context.workspace.name, **document, "warehouse": taken})
        return
    _print_populated(found)


def _source(orders: int | None, seed: int | None, online_retail: Path | None) -> Source:
    if online_retail is None:
        made_up = GeneratedOrders(DEFAULT_ORDERS if orders is None else orders)
        return made_up if seed is None else GeneratedOrders(made_up.orders, seed)
    if orders is not None or seed is not None:
        raise InvalidInput(
            "OPTIONS_CLASH",
            "The Online Retail lines are as many as they are: leave --orders and --seed out.",
            path="--online-retail",
        )
    return OnlineRetail(online_retail)


def _print_populated(found: Populated) -> None:
    print_table(
        [Column("table"), Column("rows", number=True)],
        [(name.replace("_", " "), number) for name, number in found.rows.items()],
    )
    odd = [(name.replace("_", " "), number) for name, number in found.oddities.items() if number]
    if odd:
        print_table([Column("found in the source"), Column("number", number=True)], odd)
    say(f"{found.orders:,} orders in {seconds(found.seconds)} s; totals and histories agree.")
    if found.kind == "generated":
        say("synthetic data", style="dim")


@app.command("flow")
def flow_command(workspace: DeskOption = None, as_json: JsonOption = False) -> None:
    """Take what changed on the desk into the warehouse now; a running server does so by itself."""
    actor = read_settings().actor
    with opened() as resources, steps("Taking the newest orders") as tell:
        context = enter_locally(resources, choose_workspace(resources, workspace), actor=actor)
        tell("")
        done = flow(context)
    if as_json:
        write_json(None if done is None else asdict(done))
    elif done is None:
        say("There is no order desk, or the data model is of other tables.")
    else:
        listed = ", ".join(
            f"{number:,} {name.replace('_', ' ')}" for name, number in done.rows.items()
        )
        kind = "all rows were loaded" if done.everything else "changes were taken"
        say(f"{kind.capitalize()} in {seconds(done.seconds)} s: {listed}.")


@app.command("check")
def check(workspace: DeskOption = None, as_json: JsonOption = False) -> None:
    """Look the order desk over, row by row; exit code 3 if something fails."""
    actor = read_settings().actor
    found: list[Diagnosis] = []
    with opened() as resources, steps("Looking at") as tell:
        context = enter_locally(resources, choose_workspace(resources, workspace), actor=actor)
        for diagnosis in examine_desk(context, tell=tell):
            found.append(diagnosis)
            if not as_json:
                print_diagnosis(diagnosis)
    failed = sum(one.health is Health.FAIL for one in found)
    if as_json:
        write_json({"sound": not failed, "checks": [diagnosis_json(one) for one in found]})
    if failed:
        raise typer.Exit(CANNOT_NOW)
