"""``python -m bench.orders``: the order desk at its size, beside OFFSET and count(*).

Writes a section of RESULTS.md. Every page is compared: both ways must show the same orders.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from resource import RUSAGE_SELF, getrusage

from sqlalchemy import text

from bench import orders_import
from bench.machine import busy_seconds, this_machine
from bench.measured import quantile
from bench.orders_work import Sample, Times, Work, ask_other, ask_own, forget, look, works
from bench.places import REPOSITORY, data_folder
from bench.sections import put_section
from muster.base.order_query import OrderQuery
from muster.services.access import enter_locally
from muster.services.context import WorkspaceContext
from muster.services.orders.exporting import csv_chunks, prepare_export, temporary_xlsx
from muster.services.orders.opening import open_desk
from muster.settings import Settings
from muster.store.database import without_row_role
from muster.wiring import open_resources

RESULTS = Path(__file__).with_name("RESULTS.md")
SECTION = Path(__file__).with_name("orders.md")
ORDERS = 1_000_000
CALLS = 30
AIM_MILLISECONDS = 200
_SEED = 20_260_601
_DONE = "populated"
_MEGABYTE = 1024


@dataclass(frozen=True, slots=True)
class Deed:
    """Something done once to many orders: its seconds, and memory in MB before and at most."""

    name: str
    rows: int
    seconds: float
    before_mb: float
    most_mb: float


def main(arguments: list[str] | None = None) -> int:
    """Measure and write; 1 if the two ways did not show the same orders."""
    options = _parser().parse_args(arguments)
    size, calls = (1_000, 2) if options.smoke else (options.orders, options.calls)
    folder = data_folder() / f"orders-{size}"
    if options.smoke:
        shutil.rmtree(folder, ignore_errors=True)
    prepare(folder, size)
    if options.deed:
        with _desk(folder) as context:
            print(json.dumps(_deed(context, options.deed)))
        return 0
    before, began = busy_seconds(), time.monotonic()
    with _desk(folder) as context:
        sample = look(context)
        found = measure(context, sample, calls=calls)
    after, seconds = busy_seconds(), time.monotonic() - began
    used = 0.0 if before is None or after is None else (after - before) / seconds
    deeds = [deed_apart(folder, size, name) for name in DEEDS]
    text_ = section(sample, found, deeds, calls=calls, used=used)
    print(text_)
    if size == ORDERS:
        put_section(RESULTS, SECTION, text_)
        print(f"wrote {RESULTS}")
    return 0 if all(times.agreed == len(times.own) for times in found.values()) else 1


def prepare(folder: Path, size: int) -> None:
    """Make a desk of so many orders, once."""
    done = folder / _DONE
    if done.exists():
        return
    print(f"make a desk of {size:,} orders")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    program = str(Path(sys.executable).with_name("muster"))
    environment = {**os.environ, "MUSTER_DATA": str(folder)}
    environment.pop("MUSTER_DATABASE_URL", None)
    for command in (["setup"], ["populate", "--orders", str(size)]):
        subprocess.run(
            [program, "orders", *command],
            check=True,
            env=environment,
            cwd=folder,
            stdout=subprocess.DEVNULL,
        )
    with _desk(folder) as context:
        _vacuum(context)
    done.touch()


def measure(context: WorkspaceContext, sample: Sample, *, calls: int) -> dict[str, Times]:
    """Ask everything both ways in turn."""
    draw = random.Random(_SEED)
    found: dict[str, Times] = {}
    for work in works(sample):
        times = found.setdefault(work.name, Times())
        for turn in range(calls + 1):
            own, other, same = _both(context, sample, work, draw)
            if turn:  # the first call warms up: code, caches, pages
                times.own.append(own)
                times.other.append(other)
                times.agreed += same
    return found


def _both(
    context: WorkspaceContext, sample: Sample, work: Work, draw: random.Random
) -> tuple[float, float, bool]:
    body = work.body(draw)
    if work.cold:
        forget()
    began = time.perf_counter()
    answer = ask_own(context, body)
    own = time.perf_counter() - began
    rows = [row["order_id"] for row in json.loads(answer)["rows"]]
    now = context.resources.clock.now_utc()
    with open_desk(context) as (connection, desk):
        began = time.perf_counter()
        others = ask_other(connection, desk, now, body, work.offset(body, sample.total))
        other = time.perf_counter() - began
    return own * 1000, other * 1000, rows == others


def section(
    sample: Sample, found: dict[str, Times], deeds: list[Deed], *, calls: int, used: float
) -> str:
    """Return the section of RESULTS.md."""
    slow = [
        name
        for name, times in found.items()
        if "(no index)" not in name
        and "first time" not in name
        and quantile(times.own, 0.95) >= AIM_MILLISECONDS
    ]
    disagreed = sum(len(times.own) - times.agreed for times in found.values())
    lines = [
        "## The order desk\n",
        f"- {datetime.now(UTC):%Y-%m-%d}, {sample.total:,} orders; {this_machine().sentence()}, "
        f"all processes together used {used:.2f} cores.",
        f"- {calls} calls of each. Muster's time is from the request's model to the JSON of 100 "
        "rows, estimate and feed position included. The other way is a page by `OFFSET` and "
        "`count(*)` with it, on the same table with the same indexes, rows fetched but not written "
        "as JSON.",
        f"- Pages that differed between the two ways: {disagreed}.\n",
        "| 100 rows of the grid | p50 ms | p95 ms | OFFSET, count(*): p50 ms | p95 ms |",
        "| --- | ---: | ---: | ---: | ---: |",
        *(_line(name, times) for name, times in found.items()),
        f"\nAim: a 95th percentile below {AIM_MILLISECONDS} ms wherever there is an index: "
        f"{'met' if not slow else 'MISSED by ' + ', '.join(slow)}.\n",
    ]
    if deeds:
        lines += [
            "| of many orders | rows | seconds | memory before MB | at most MB |",
            "| --- | ---: | ---: | ---: | ---: |",
            *(
                f"| {one.name} | {one.rows:,} | {one.seconds:.1f} | {one.before_mb:.0f}"
                f" | {one.most_mb:.0f} |"
                for one in deeds
            ),
            "",
        ]
    return "\n".join(lines)


def _line(name: str, times: Times) -> str:
    figures = [
        f"{quantile(each, share):.1f}" for each in (times.own, times.other) for share in (0.5, 0.95)
    ]
    return f"| {name} | {' | '.join(figures)} |"


# What is done once to many orders, each in a process of its own so that its memory is its own.
# 10,000 orders in bulk belong here, too: give them a name and a branch of `_done`.
DEEDS = ("export to CSV", "export to XLSX", *orders_import.DEEDS)


def deed_apart(folder: Path, size: int, name: str) -> Deed:
    """Do something in another process and return what it took."""
    command = [sys.executable, "-m", "bench.orders", "--orders", str(size), "--deed", name]
    environment = {**os.environ, "MUSTER_BENCH_DATA": str(folder.parent)}
    done = subprocess.run(
        command, check=True, env=environment, cwd=REPOSITORY, stdout=subprocess.PIPE, text=True
    )
    return Deed(**json.loads(done.stdout.splitlines()[-1]))


def _deed(context: WorkspaceContext, name: str) -> dict[str, object]:
    before, began = _most_mb(), time.perf_counter()
    rows = _done(context, name)
    seconds = time.perf_counter() - began
    return {
        "name": name,
        "rows": rows,
        "seconds": seconds,
        "before_mb": before,
        "most_mb": _most_mb(),
    }


def _done(context: WorkspaceContext, name: str) -> int:
    """Do something and return how many rows it was done to."""
    if name in orders_import.DEEDS:
        return orders_import.DEEDS[name](context)
    file_format = "csv" if name == "export to CSV" else "xlsx"
    export = prepare_export(context, OrderQuery(), columns=(), file_format=file_format)
    if file_format == "csv":
        for _ in csv_chunks(export):
            pass
    else:
        with temporary_xlsx(export):
            pass
    return export.rows


def _most_mb() -> float:
    return getrusage(RUSAGE_SELF).ru_maxrss / _MEGABYTE


@contextmanager
def _desk(folder: Path) -> Iterator[WorkspaceContext]:
    settings = Settings(data=folder, database_url=None)
    with open_resources(settings) as resources:
        yield enter_locally(resources, "retail360", actor="bench")


def _vacuum(context: WorkspaceContext) -> None:
    """Do at once what autovacuum does within minutes: windows then read indexes alone."""
    resources = context.resources
    engine = without_row_role(resources.database).engine
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in ("orders", "order_items", "customers", "products"):
            connection.execute(text(f'VACUUM ANALYZE "{resources.orders_schema}".{table}'))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.orders", description=__doc__)
    parser.add_argument("--smoke", action="store_true", help="1,000 orders, two calls")
    parser.add_argument("--orders", type=int, default=ORDERS, help="others are not reported")
    parser.add_argument("--calls", type=int, default=CALLS, help="of each question")
    parser.add_argument("--deed", choices=DEEDS, help=argparse.SUPPRESS)
    return parser


if __name__ == "__main__":
    sys.exit(main())
