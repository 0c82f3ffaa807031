"""Ends open streams the moment the server is told to stop: it waits for connections to close."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

from muster.services.notice_feed import NoticeFeed

_SIGNALS = (signal.SIGTERM, signal.SIGINT)


@contextmanager
def streams_end_first(*feeds: NoticeFeed[Any]) -> Iterator[None]:
    """Put the end of streams before whatever the process does about SIGTERM and Ctrl-C."""
    if threading.current_thread() is not threading.main_thread():
        yield  # signals arrive in the main thread alone
        return
    before = {number: signal.getsignal(number) for number in _SIGNALS}

    def stop(number: int, frame: FrameType | None) -> None:
        for feed in feeds:
            feed.end_streams()
        handler = before[signal.Signals(number)]
        if callable(handler):
            handler(number, frame)

    held = [number for number in _SIGNALS if callable(before[number])]
    for number in held:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in held:
            signal.signal(number, before[number])
