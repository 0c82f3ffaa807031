"""`muster demo` and `muster serve`.

The server's worker lives in the server's process: threads that hold leases, with child processes
that compute. So one SIGTERM ends everything in order (uvicorn closes connections within three
seconds, then the worker hands its runs back), and SIGKILL leaves children that end by themselves
when their pipe does, and leases that end by the database's clock.
"""

from __future__ import annotations

import os
import socket
import time
from typing import Annotated, Any

import typer
import uvicorn

from muster.base.errors import Unavailable
from muster.cli.interrupts import ended_in_order
from muster.cli.options import JsonOption
from muster.cli.output import Column, print_table, say, say_aside, seconds, share, write_json
from muster.cli.progress import steps
from muster.cli.session import opened, read_settings, refuse_unwritable
from muster.cli.shapes import segment_version_json, share_of
from muster.examples.catalog import EXAMPLES
from muster.logs import configure_logging
from muster.services.demo import DemoWorkspace, prepare_example
from muster.sign_in_settings import check_sign_in
from muster.tracing import tracing
from muster.wiring import open_resources

# By name, for the command line and the web are neighbours that do not import each other.
_APPLICATION = "muster.api.app:served"
_CONNECTIONS_SECONDS = 3  # open streams would keep a stopping server for ever

PortOption = Annotated[
    int | None, typer.Option(min=1, max=65535, help="Port to listen on; MUSTER_PORT, or 8000.")
]
WorkersOption = Annotated[
    int | None,
    typer.Option(min=0, max=64, help="Runs at once; MUSTER_WORKERS, or 1. 0: none here."),
]


def demo(
    entities: Annotated[
        int | None, typer.Option(help="People in each workspace (50,000); up to 2,097,152.")
    ] = None,
    events_per_entity: Annotated[
        float | None, typer.Option(help="Events of each person on average (20).")
    ] = None,
    serve_after: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the web page afterwards.")
    ] = True,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Generate new data up to today, for all three.")
    ] = False,
    port: PortOption = None,
    workers: WorkersOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make three example workspaces with generated data, refresh their segments, serve them."""
    settings = read_settings()
    chosen_port = port or settings.port
    if serve_after:
        _refuse_taken(settings.host, chosen_port)  # better now than after minutes of work
    started = time.perf_counter()
    with ended_in_order(), opened() as resources:
        found: list[DemoWorkspace] = []
        for example in EXAMPLES:
            with steps(f"{example.title}:") as tell:
                found.append(
                    prepare_example(
                        resources,
                        example,
                        actor=settings.actor,
                        entities=entities,
                        events_per_entity=events_per_entity,
                        fresh=fresh,
                        tell=tell,
                    )
                )
            if not as_json:
                _print(found[-1], asked_entities=entities)
        took = time.perf_counter() - started
        if as_json:
            write_json({"workspaces": [_json(one) for one in found], "seconds": round(took, 3)})
        else:
            total = sum(len(one.segments) for one in found)
            say(f"{len(found)} workspaces, {total} segments, {seconds(took)} s.", style="bold")
        if serve_after:
            _serve(settings.host, chosen_port, workers=workers)


def serve(
    host: Annotated[str | None, typer.Option(help="Address to listen on; MUSTER_HOST.")] = None,
    port: PortOption = None,
    workers: WorkersOption = None,
) -> None:
    """Serve the API and the web page, and execute runs."""
    settings = read_settings()
    chosen_host, chosen_port = host or settings.host, port or settings.port
    check_sign_in(settings, host=chosen_host, environment=os.environ)
    _refuse_taken(chosen_host, chosen_port)
    refuse_unwritable(settings)
    with ended_in_order(), open_resources(settings, application_name="muster-cli") as resources:
        resources.secret_keys()
        with tracing(settings.otlp_endpoint, service="muster-serve"):
            pass  # what cannot be opened is told by now; the web server would print a traceback
        resources.database.close()  # it opens its own connections
        _serve(chosen_host, chosen_port, workers=workers)


def _serve(host: str, port: int, *, workers: int | None) -> None:
    if workers is not None:
        os.environ["MUSTER_WORKERS"] = str(workers)  # the application reads its own settings
    shown = "localhost" if host in ("127.0.0.1", "0.0.0.0", "::1", "::") else host  # noqa: S104
    say_aside(f"Serving http://{shown}:{port} (stop with Ctrl-C)")
    configure_logging(read_settings())
    uvicorn.run(
        _APPLICATION,
        factory=True,
        host=host,
        port=port,
        log_level="warning",
        log_config=None,  # its lines go the way of ours
        access_log=False,  # api/request_log.py writes that line
        timeout_graceful_shutdown=_CONNECTIONS_SECONDS,
    )


def _refuse_taken(host: str, port: int) -> None:
    """Raise Unavailable PORT_TAKEN when nobody else could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Unavailable(
                "PORT_TAKEN",
                f"Port {port} of {host} cannot be used: {os.strerror(error.errno or 0)}.",
                hint="Choose another one with --port.",
                path="--port",
            ) from error


def _print(found: DemoWorkspace, *, asked_entities: int | None) -> None:
    generated = found.generated
    print_table(
        [
            Column("segment"),
            Column("members", number=True),
            Column("share", number=True),
            Column("seconds", number=True),
            Column("title"),
        ],
        [
            (name, version.size, share(share_of(version)), seconds(version.seconds), title)
            for name, title, version in found.segments
        ],
        title=f"{found.example.name}: {generated.entities:,} entities, synthetic data",
    )
    say(
        f"{len(found.segments)} segments; data up to {generated.until:%Y-%m-%d %H:%M} UTC; "
        + (
            f"generated in {seconds(found.load_seconds)} s, "
            f"refreshed in {seconds(found.refresh_seconds)} s."
            if found.made
            else "found, not made anew."
        )
    )
    if found.desk is not None:
        filled = found.desk.seconds
        made = f"filled in {seconds(filled)} s" if filled else "found, not filled anew"
        say(f"Its order desk holds {found.desk.orders:,} orders; {made}.")
    if found.outdated:
        say("The data ends before today: renew it with muster demo --fresh", style="yellow")
    if asked_entities is not None and asked_entities != generated.entities:
        say("To change the number of entities, add --fresh.", style="yellow")
    say()


def _json(found: DemoWorkspace) -> dict[str, Any]:
    return {
        "name": found.example.name,
        "synthetic": True,
        "made": found.made,
        "entities": found.generated.entities,
        "events_per_entity": found.generated.events_per_entity,
        "until": found.generated.until,
        "outdated": found.outdated,
        "load_seconds": round(found.load_seconds, 3),
        "refresh_seconds": round(found.refresh_seconds, 3),
        "order_desk": None
        if found.desk is None
        else {"orders": found.desk.orders, "seconds": round(found.desk.seconds, 3)},
        "segments": [
            {"name": name, "title": title, **segment_version_json(version)}
            for name, title, version in found.segments
        ],
    }
