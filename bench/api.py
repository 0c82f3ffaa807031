"""``python -m bench.api``: requests per second and latencies of the API; writes RESULTS_API.md."""

from __future__ import annotations

import argparse
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

from bench.api_catalog import Catalogue, definition, prepare_catalogue
from bench.api_client import Ask, Load, measure
from bench.machine import this_machine
from bench.places import data_folder

RESULTS = Path(__file__).with_name("RESULTS_API.md")
CLIENTS = 50
_START_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Phase:
    """One kind of request.

    ``pace_per_client``: requests a second of each client when it is paced. A busy person reads
    about once a second, and edits (a count each time) or triggers more rarely.
    """

    name: str
    ask: Callable[[int], Ask]
    pace_per_client: float = 1.0
    reads: bool = True


Row: TypeAlias = tuple[Phase, Load, Load]
"""A phase with what it came to closed, and paced."""
Serve: TypeAlias = Callable[[Path], AbstractContextManager[int]]


def main(
    arguments: list[str] | None = None,
    *,
    prepare: Callable[..., Catalogue] = prepare_catalogue,
    serve: Serve | None = None,
) -> int:
    """Measure and write; 1 if any request failed."""
    options = _parser().parse_args(arguments)
    if options.smoke:
        options.rules, options.segments, options.entities, options.seconds = 60, 30, 500, 0.2
    data = data_folder() / f"api-{options.rules}-{options.segments}-{options.entities}"
    # anew each time: what was triggered the last time would still be queued
    shutil.rmtree(data, ignore_errors=True)
    try:
        catalogue = prepare(
            data,
            rule_count=options.rules,
            segment_count=options.segments,
            entities=options.entities,
        )
        with (serve or serving)(data) as port:
            load_before = os.getloadavg()[0]
            rows = [_measured(port, phase, options.seconds) for phase in phases(catalogue)]
            load_after = os.getloadavg()[0]
    finally:
        if options.smoke:
            shutil.rmtree(data, ignore_errors=True)
    text = results_markdown(catalogue, rows, loads=(load_before, load_after))
    if options.smoke:
        print(text)
    else:
        options.output.write_text(text, encoding="utf-8")
        print(f"wrote {options.output}")
    return int(any(closed.failures or paced.failures for _, closed, paced in rows))


def _measured(port: int, phase: Phase, seconds: float) -> Row:
    print(f"measure {phase.name}", flush=True)
    measure(port, phase.ask, clients=CLIENTS, seconds=min(2.0, seconds))  # warms up
    closed = measure(port, phase.ask, clients=CLIENTS, seconds=seconds)
    rate = CLIENTS * phase.pace_per_client
    # a phase that asks rarely needs longer, for its percentiles to mean anything
    paced_seconds = seconds * min(3.0, 1 / phase.pace_per_client)
    paced = measure(port, phase.ask, clients=CLIENTS, seconds=paced_seconds, per_second=rate)
    return phase, closed, paced


def phases(catalogue: Catalogue) -> tuple[Phase, ...]:
    """Return what is measured, in order."""
    rules, segments = catalogue.rule_ids, catalogue.segment_ids
    last_page = max(1, len(rules) // 10)
    return (
        Phase("list rules", lambda n: Ask("GET", f"/api/rules?page={1 + n % last_page}")),
        Phase("get rule", lambda n: Ask("GET", f"/api/rules/{rules[n % len(rules)]}")),
        Phase(
            "list segments",
            lambda n: Ask("GET", f"/api/segments?page={1 + n % max(1, len(segments) // 10)}"),
        ),
        Phase(
            "get segment",
            lambda n: Ask("GET", f"/api/segments/{segments[n % len(segments)]}"),
        ),
        Phase(
            "trigger rule",
            lambda n: Ask("POST", f"/api/rules/{rules[n % len(rules)]}/trigger"),
            pace_per_client=0.2,
            reads=False,
        ),
        Phase(
            "count",
            lambda n: Ask("POST", "/api/count", {"rule": definition(n % 50)}),
            pace_per_client=0.05,
            reads=False,
        ),
    )


def results_markdown(catalogue: Catalogue, rows: list[Row], *, loads: tuple[float, float]) -> str:
    """Return RESULTS_API.md.

    Args:
        loads: the machine's load average before and after, the benchmark's own part included.
    """
    lines = [
        "# Benchmark: the API under load\n",
        "Written by `make bench`; do not edit. What the figures mean: "
        "[performance](../docs/concepts/performance.md#the-api-under-load).\n",
        f"- {datetime.now(UTC):%Y-%m-%d}, {this_machine().sentence()}, "
        f"Python {platform.python_version()}. Server, database and clients share the cores; "
        f"load average {loads[0]:.1f} before, {loads[1]:.1f} after.",
        f"- {len(catalogue.rule_ids):,} rules and {len(catalogue.segment_ids):,} segments in the "
        f"workspace; {CLIENTS} clients, each with one keep-alive connection.",
        "- *Closed*: each client asks again the moment it is answered: the server is saturated. "
        "*Paced*: each client reads once a second, triggers every 5 s, counts every 20 s.\n",
        "| request | requests/s, closed | p50 ms | p95 ms | p99 ms | p50 ms, paced | p95 ms | "
        "p99 ms | failed |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for phase, closed, paced in rows:
        figures = [
            f"{load.percentile(share) * 1000:.1f}"
            for load in (closed, paced)
            for share in (0.5, 0.95, 0.99)
        ]
        failed = closed.failures + paced.failures
        lines.append(
            f"| {phase.name} | {closed.per_second:.0f} | {' | '.join(figures)} | {failed} |"
        )
    worst = max(paced.percentile(0.95) for phase, _, paced in rows if phase.reads)
    lines.append(
        f"\nThe slowest read has a 95th percentile of {worst * 1000:.1f} ms with {CLIENTS} clients "
        "at their pace.\n"
    )
    return "\n".join(lines)


@contextmanager
def serving(data: Path) -> Iterator[int]:
    """Run a server without workers on a free port until the block ends."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    program = str(Path(sys.executable).with_name("muster"))
    command = [program, "serve", "--port", str(port), "--workers", "0"]
    environment = {**os.environ, "MUSTER_DATA": str(data), "MUSTER_RATE_LIMIT_PER_MINUTE": "0"}
    with (data / "server.log").open("wb") as log:
        server = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _await(port, server)
        yield port
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=30)


def _await(port: int, server: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1)
        except (urllib.error.URLError, TimeoutError):
            time.sleep(0.2)
        else:
            return
    raise RuntimeError("the server did not start")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.api", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="a small catalogue, briefly; for CI")
    parser.add_argument("--rules", type=int, default=10_000)
    parser.add_argument("--segments", type=int, default=5_000)
    parser.add_argument("--entities", type=int, default=50_000)
    parser.add_argument("--output", type=Path, default=RESULTS, help="the Markdown to write")
    parser.add_argument("--seconds", type=float, default=10.0, help="of each measurement")
    return parser


if __name__ == "__main__":
    sys.exit(main())
