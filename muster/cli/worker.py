"""`muster worker`: executes runs and fires schedules, without an API.

The signals are taken here: the first SIGTERM or SIGINT stops the worker in order, within ten
seconds; a second one does not wait. SIGKILL is safe, too: see `jobs/worker.py`.
"""

from __future__ import annotations

import signal
import threading
from types import FrameType
from typing import Annotated

import typer

from muster.cli.output import say_aside
from muster.cli.session import read_settings, refuse_unwritable
from muster.logs import configure_logging
from muster.wiring import make_worker, open_resources


def worker_command(
    workers: Annotated[
        int | None, typer.Option(min=1, max=64, help="Runs at once; MUSTER_WORKERS, or 1.")
    ] = None,
) -> None:
    """Execute runs, fire schedules and send notifications until stopped with Ctrl-C."""
    settings = read_settings()
    configure_logging(settings)
    refuse_unwritable(settings)
    stop = threading.Event()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    with open_resources(settings, application_name="muster-worker") as resources:
        worker = make_worker(settings, resources, slots=workers or max(settings.workers, 1))
        before = {one: signal.signal(one, ask_to_stop) for one in (signal.SIGTERM, signal.SIGINT)}
        try:
            worker.start()
            say_aside(f"Worker {worker.name} is at work (stop with Ctrl-C)")
            stop.wait()
        finally:
            worker.stop()
            for one, handler in before.items():
                signal.signal(one, handler)
