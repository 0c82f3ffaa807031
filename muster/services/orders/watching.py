"""Tells whoever looks at the order desk what changed and who is there, for a whole process.

One connection listens, and one look at the feed serves all streams: it is made when something was
told, at most five times a second, and now and then by itself.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import ClassVar, Final

from muster.base.errors import MusterError
from muster.base.ids import WorkspaceId
from muster.services.context import WorkspaceContext
from muster.services.notice_feed import NoticeFeed
from muster.services.orders.opening import open_desk
from muster.store.database import Transaction
from muster.store.notices_listen import ORDERS, Notice
from muster.store.orders import feed, presence
from muster.store.orders.desk import desk_transaction
from muster.store.orders.feed import Changed, Position
from muster.store.orders.presence import Person

MOST_NAMED: Final = 500
_LOOK_SECONDS = 5.0
_logger = logging.getLogger("muster.orders")


@dataclass(frozen=True, slots=True)
class Opening:
    """What a stream begins with."""

    changed: Changed
    people: tuple[Person, ...]


@dataclass(slots=True, eq=False)
class OrderWatch:
    """One watcher: its calls come from the feed's own thread.

    Attributes:
        position: what it has been told so far; the feed moves it.
        here: whom it knows to be here.
        changed: told what changed.
        people: told who is here, when that is new.
        closed: told once that the feed ends.
    """

    workspace_id: WorkspaceId
    position: Position
    here: tuple[Person, ...]
    changed: Callable[[Changed], None]
    people: Callable[[tuple[Person, ...]], None]
    closed: Callable[[], None]


@dataclass(slots=True)
class OrderFeed(NoticeFeed[OrderWatch]):
    """Looks at the desk for all watchers together."""

    channel = ORDERS
    wait_seconds: ClassVar[float] = 0.2

    schema: str
    _waiting: bool = field(default=False, init=False)
    _looked: float = field(default=float("-inf"), init=False)

    def watch(self, watch: OrderWatch) -> None:
        """Add a watcher; what came since its position is told soon."""
        NoticeFeed.watch(self, watch)
        self._waiting = True  # after it is there to be told

    def _hear(self, notice: Notice | None) -> None:
        self._waiting |= notice is not None and notice.payload.get("schema") == self.schema
        since = time.monotonic() - self._looked
        if since < (self.wait_seconds if self._waiting else _LOOK_SECONDS):
            return
        self._waiting = False
        self._looked = time.monotonic()
        watches = self.watches()
        if not watches:
            return
        try:
            self._look(watches)
        except MusterError as error:
            _logger.warning("streams of orders wait: %s", error.sentence)

    def _look(self, watches: tuple[OrderWatch, ...]) -> None:
        workspace_id = watches[0].workspace_id  # the only one that has a desk
        with desk_transaction(self.database, self.schema, workspace_id) as (connection, _):
            here = presence.people(connection)
            found = {
                position: feed.changed_since(connection, position, most=MOST_NAMED)
                for position in {watch.position for watch in watches}
            }
        for watch in watches:
            changed = found[watch.position]
            watch.position = changed.position
            if changed.anything:
                watch.changed(changed)
            if here != watch.here:
                watch.here = here
                watch.people(here)


def look(context: WorkspaceContext, token: str | None) -> Opening:
    """Return what changed since a client's position, and who is here.

    Args:
        token: the id of the last event the client has seen; None: it begins now.

    Raises:
        NotFound: NO_ORDER_DESK.
    """
    with open_desk(context) as (connection, _):
        return Opening(_since(connection, token), presence.people(connection))


def tell_presence(context: WorkspaceContext, person: Person) -> tuple[Person, ...]:
    """Write where somebody is, and return who else is here.

    Raises:
        NotFound: NO_ORDER_DESK. Conflict: CLIENT_TAKEN.
    """
    with open_desk(context) as (connection, _):
        presence.tell(connection, person)
        return presence.people(connection)


def leave(context: WorkspaceContext, person: Person) -> None:
    """Forget somebody's window.

    Raises:
        NotFound: NO_ORDER_DESK.
    """
    with open_desk(context) as (connection, _):
        presence.leave(connection, person.client_id, actor=person.actor)


def _since(connection: Transaction, token: str | None) -> Changed:
    now = feed.present(connection)
    if token is None:
        return Changed(now)
    before = feed.position_of(token, now.desk)
    if before is None:
        return Changed(now, many=True)
    return feed.changed_since(connection, before, most=MOST_NAMED)
