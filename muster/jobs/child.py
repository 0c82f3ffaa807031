"""The process that computes runs, one after the other, for the worker that started it.

It can be killed at any instruction: what it does counts only once published behind the run's
fence. Orders come in as lines of JSON; when the pipe ends, the worker is gone, and so is this
process, at once. The first order says with which settings to open everything.
"""

from __future__ import annotations

import json
import logging
import os
import queue
import resource
import signal
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TextIO

from muster.base.ids import RunId, WorkspaceId
from muster.services.context import Resources
from muster.services.running import execute_run

OpenResources = Callable[[Mapping[str, Any]], AbstractContextManager[Resources]]
"""Opens everything a run needs from the settings that the first order bears."""

_logger = logging.getLogger("muster.jobs")


def serve(open_resources: OpenResources) -> None:
    """Execute the orders that come through standard input; never returns while there may be more.

    Raises:
        MusterError: nothing could be opened.
    """
    for one in (signal.SIGINT, signal.SIGTERM):
        signal.signal(one, signal.SIG_IGN)  # sent to all of a group; the worker decides what ends
    answers = _private_output()
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_read_orders, args=(orders,), name="muster-orders", daemon=True).start()
    opening = orders.get()
    _limit_memory(opening.get("memory_limit_mb"))
    with open_resources(opening["settings"]) as resources:
        _answer(answers, {"ready": os.getpid()})
        while True:
            order = orders.get()
            try:
                execute_run(
                    resources,
                    WorkspaceId(order["workspace_id"]),
                    RunId(order["run_id"]),
                    order["fence"],
                )
            except Exception:
                _logger.exception("run %s failed unexpectedly", order["run_id"])
            _answer(answers, {"done": order["run_id"]})


def _read_orders(orders: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    # The worker ended or died. Whatever runs here is handed back or will be taken over.
    os._exit(0)


def _private_output() -> TextIO:
    """Keep standard output for answers, and send what anybody prints to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _answer(answers: TextIO, message: Mapping[str, Any]) -> None:
    answers.write(json.dumps(dict(message)) + "\n")
    answers.flush()


def _limit_memory(megabytes: int | None) -> None:
    """Let allocations beyond the limit fail here, rather than the machine run out."""
    if megabytes is not None:
        size = megabytes * 2**20
        resource.setrlimit(resource.RLIMIT_DATA, (size, size))
