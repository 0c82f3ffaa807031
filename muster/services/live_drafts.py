"""One answer at a time for each draft that somebody edits: a newer question ends the older one.

Known in this process alone: behind several servers, an older question may also run to its end.
"""

from __future__ import annotations

import threading
from collections.abc import Hashable, Iterator
from contextlib import contextmanager

from muster.base.errors import Busy, Conflict
from muster.services.patience import ENDLESS, Patience


class Drafts:
    """The question that is being answered, by draft; safe among threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked: dict[Hashable, _Question] = {}

    @contextmanager
    def asking(self, draft: Hashable, patience: Patience) -> Iterator[Patience]:
        """Answer within the block, under a patience that a newer question of the draft ends.

        Raises:
            Conflict: SUPERSEDED, a newer question came.
        """
        question = _Question(patience)
        with self._lock:
            older = self._asked.get(draft)
            self._asked[draft] = question
        if older is not None:
            older.supersede()
        try:
            yield question.patience
            question.refuse()
        except Busy as error:
            if error.code == "CLIENT_GONE":
                question.refuse()
            raise
        finally:
            with self._lock:
                if self._asked.get(draft) is question:
                    del self._asked[draft]

    def __len__(self) -> int:
        """Return how many questions are being answered."""
        return len(self._asked)


class _Question:
    """One question: nobody waits for it any more once a newer one came, or its client has left."""

    def __init__(self, patience: Patience) -> None:
        # the endless patience is everybody's, so it may not be the one that is ended
        self.patience = Patience() if patience is ENDLESS else patience
        self._superseded = threading.Event()

    def supersede(self) -> None:
        """Stop it."""
        self._superseded.set()
        self.patience.gone.set()

    def refuse(self) -> None:
        """Raise Conflict SUPERSEDED if a newer question came."""
        if self._superseded.is_set():
            raise Conflict(
                "SUPERSEDED",
                "A newer question about the same draft has taken the place of this one.",
            )


DRAFTS = Drafts()
"""What this process answers."""
