"""PLACEHOLDER by LEAD so that imports work; EVENTS replaces it."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from datetime import datetime

from muster.compile.atoms import Atom, EntityAtom, EventAtom
from muster.engines.bits import Mask
from muster.engines.index.layout import AudienceIndex
from muster.engines.values import Values


class IndexExecutor:
    """Answers atoms from an audience index."""

    def __init__(
        self, index: AudienceIndex, *, threads: int, gone: threading.Event | None = None
    ) -> None:
        self.index = index

    def covers(self, atom: Atom) -> bool:
        """Whether it answers an atom, exactly."""
        return False

    def masks(
        self, atoms: Sequence[Atom], *, blocks: Sequence[int] | None = None
    ) -> dict[Atom, Mask]:
        """Answer atoms."""
        return {}

    def values(self, atom: EntityAtom | EventAtom) -> Values | None:
        """Return the number an atom compares."""
        return None

    def newest(self, source: str, *, before: datetime) -> datetime | None:
        """Return the newest event before an instant."""
        return None
