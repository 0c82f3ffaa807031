"""Server-sent events about runs: the only async code. Resumable, and never silent for long."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial

from fastapi.concurrency import run_in_threadpool

from muster.api.run_bodies import run_body
from muster.base.errors import Busy, Unavailable
from muster.base.records import Run
from muster.services.context import WorkspaceContext
from muster.services.run_feed import RunFeed, Watch
from muster.services.runs import Changes, changed_runs, named_runs

HEARTBEAT_SECONDS = 15.0
_GATHER_SECONDS = 0.1  # a run that tells its progress often is sent ten times a second at most
_LIFE_SECONDS = 15 * 60.0  # then the client comes back, and is asked again who it is
_RETRY_MILLISECONDS = 2000
_REMEMBERED = 1000
_HEARTBEAT = ": heartbeat\n\n"
_logger = logging.getLogger("muster.run_stream")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(slots=True)
class _Mailbox:
    """What the feed's thread leaves for one stream; it is read in the event loop."""

    loop: asyncio.AbstractEventLoop
    run_ids: set[int] = field(default_factory=set)
    ended: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self, run_id: int) -> None:
        self._leave(lambda: self.run_ids.add(run_id))

    def closed(self) -> None:
        self._leave(lambda: setattr(self, "ended", True))

    def _leave(self, deed: Callable[[], None]) -> None:
        def put() -> None:
            deed()
            self.woken.set()

        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(put)

    def take(self) -> frozenset[int]:
        """Return what was left, and forget it."""
        found = frozenset(self.run_ids)
        self.run_ids.clear()
        self.woken.clear()
        return found


async def run_events(
    context: WorkspaceContext,
    feed: RunFeed,
    *,
    last_event_id: str | None,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncIterator[str]:
    """Yield the text of a stream: first what waits or works now, then each change.

    Args:
        last_event_id: the id of the last event the client has seen; the stream goes on from there.
    """
    loop = asyncio.get_running_loop()
    mailbox = _Mailbox(loop)
    watch = Watch(context.workspace.id, mailbox.changed, mailbox.closed)
    feed.watch(watch)
    try:
        ends = loop.time() + _LIFE_SECONDS
        sent: dict[int, str] = {}
        yield f"retry: {_RETRY_MILLISECONDS}\n\n"
        looked = _instant(last_event_id)
        look = partial(changed_runs, context, since=looked)
        while not mailbox.ended and loop.time() < ends:
            try:
                found = await run_in_threadpool(look)
            except (Busy, Unavailable) as error:
                _logger.warning("a stream of runs waits: %s", error.sentence)
                yield ": the database is not there\n\n"
            else:
                looked = found.at if look.func is changed_runs else looked
                if news := _news(found, sent):
                    yield news
            run_ids = await _wait(mailbox, heartbeat_seconds)
            if run_ids:
                look = partial(named_runs, context, run_ids)
            else:
                look = partial(changed_runs, context, since=looked)
                yield _HEARTBEAT
    finally:
        feed.unwatch(watch)


async def _wait(mailbox: _Mailbox, seconds: float) -> frozenset[int]:
    """Return the runs that changed; none after so long without any."""
    try:
        await asyncio.wait_for(mailbox.woken.wait(), seconds)
    except TimeoutError:
        return frozenset()
    if not mailbox.ended:
        await asyncio.sleep(_GATHER_SECONDS)
    return mailbox.take()


def _news(found: Changes, sent: dict[int, str]) -> str:
    """Return the events for what the client does not know yet."""
    return "".join(_event(run, found.at, sent) for run in found.runs)


def _event(run: Run, at: datetime, sent: dict[int, str]) -> str:
    # without what counts by itself, else each look would be news
    body = run_body(run)
    document = body.model_copy(update={"seconds": None}).model_dump_json()
    if sent.pop(run.id, None) == document:
        sent[run.id] = document
        return ""
    sent[run.id] = document
    while len(sent) > _REMEMBERED:
        del sent[next(iter(sent))]
    microseconds = (at - _EPOCH) // timedelta(microseconds=1)
    return f"id: {microseconds}\nevent: run\ndata: {body.model_dump_json()}\n\n"


def _instant(last_event_id: str | None) -> datetime | None:
    """Return the instant an event's id stands for; None for what is none of ours."""
    text = (last_event_id or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 16):
        return None
    return _EPOCH + timedelta(microseconds=int(text))
