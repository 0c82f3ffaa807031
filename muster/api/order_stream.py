"""Server-sent events about the order desk: which orders changed, and who is where.

Events carry ids only; a client asks for the rows it shows. Resumable, and never silent for long.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from uuid import UUID

from pydantic import BaseModel

from muster.api.schemas.orders_live import DeedBody, PeopleEvent, PersonBody, RowsEvent
from muster.services.context import WorkspaceContext
from muster.services.orders.watching import MOST_NAMED, Opening, OrderFeed, OrderWatch
from muster.store.orders.feed import Changed
from muster.store.orders.presence import Person

HEARTBEAT_SECONDS = 15.0
_LIFE_SECONDS = 15 * 60.0  # then the client comes back, and is asked again who it is
_RETRY_MILLISECONDS = 2000
_HEARTBEAT = ": heartbeat\n\n"


@dataclass(slots=True)
class _Mailbox:
    """What the feed's thread leaves for one stream; it is read in the event loop."""

    loop: asyncio.AbstractEventLoop
    news: list[Changed] = field(default_factory=list)
    people: tuple[Person, ...] | None = None
    ended: bool = False
    woken: asyncio.Event = field(default_factory=asyncio.Event)

    def changed(self, changed: Changed) -> None:
        self._leave(lambda: self.news.append(changed))

    def here(self, people: tuple[Person, ...]) -> None:
        self._leave(lambda: setattr(self, "people", people))

    def closed(self) -> None:
        self._leave(lambda: setattr(self, "ended", True))

    def _leave(self, deed: Callable[[], None]) -> None:
        def put() -> None:
            deed()
            self.woken.set()

        if not self.loop.is_closed():
            self.loop.call_soon_threadsafe(put)

    def take(self) -> tuple[list[Changed], tuple[Person, ...] | None]:
        """Return what was left, and forget it."""
        found = self.news, self.people
        self.news, self.people = [], None
        self.woken.clear()
        return found


async def order_events(
    context: WorkspaceContext,
    feed: OrderFeed,
    opening: Opening,
    *,
    client_id: UUID | None,
    heartbeat_seconds: float = HEARTBEAT_SECONDS,
) -> AsyncIterator[str]:
    """Yield the text of a stream: first where it begins and who is here, then each change.

    Args:
        opening: what was found for the position the client named.
        client_id: the window that listens, told apart in events.
    """
    loop = asyncio.get_running_loop()
    mailbox = _Mailbox(loop)
    watch = OrderWatch(
        context.workspace.id,
        opening.changed.position,
        opening.people,
        mailbox.changed,
        mailbox.here,
        mailbox.closed,
    )
    feed.watch(watch)
    try:
        ends = loop.time() + _LIFE_SECONDS
        yield f"retry: {_RETRY_MILLISECONDS}\n\n"
        yield _rows([opening.changed])
        yield _people(opening.people, client_id)
        while not mailbox.ended and loop.time() < ends:
            try:
                await asyncio.wait_for(mailbox.woken.wait(), heartbeat_seconds)
            except TimeoutError:
                yield _HEARTBEAT
                continue
            news, people = mailbox.take()
            if news:
                yield _rows(news)
            if people is not None:
                yield _people(people, client_id)
    finally:
        feed.unwatch(watch)


def _rows(news: list[Changed]) -> str:
    """Return one event for all that changed."""
    last = news[-1].position
    orders = {order_id for one in news for order_id in one.order_ids}
    customers = {customer_id for one in news for customer_id in one.customer_ids}
    deeds = {deed.id: deed for one in news for deed in one.deeds}
    many = any(one.many for one in news) or max(len(orders), len(customers)) > MOST_NAMED
    body = RowsEvent(
        order_ids=[] if many else sorted(orders),
        customer_ids=[] if many else sorted(customers),
        many=many,
        feed_position=last.feed_id,
        changesets=[
            DeedBody(id=deed.id, actor=deed.actor, title=deed.title) for deed in deeds.values()
        ],
    )
    return _event("rows", body, event_id=last.token)


def _people(people: tuple[Person, ...], client_id: UUID | None) -> str:
    return _event("presence", PeopleEvent(people=[person_body(one, client_id) for one in people]))


def person_body(person: Person, client_id: UUID | None) -> PersonBody:
    """Return a person as clients see them."""
    return PersonBody(
        actor=person.actor,
        client_id=person.client_id,
        order_id=person.order_id,
        field=person.field,
        me=person.client_id == client_id,
    )


def _event(name: str, body: BaseModel, *, event_id: str | None = None) -> str:
    head = f"id: {event_id}\n" if event_id else ""
    return f"{head}event: {name}\ndata: {body.model_dump_json()}\n\n"
