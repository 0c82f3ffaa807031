"""The one error tree. Each error has a code, a sentence and, where useful, a hint and a path.

MusterError
├── InvalidInput           what the user sent is at fault: exit code 2, HTTP 422
│   ├── InvalidRule        a rule or its values
│   ├── InvalidModel       model.yml
│   └── InvalidFile        a file of data or rules that cannot be read
├── Unauthenticated        nobody is signed in, or the credentials are wrong: exit code 2, HTTP 401
├── Forbidden              who is signed in may not do this: exit code 2, HTTP 403
├── NotFound               exit code 2, HTTP 404
├── Conflict               the state forbids it (cycle, name taken): exit code 2, HTTP 409
│   ├── CellsChanged       somebody else changed the cells of an edit; carries each of them
│   ├── LostLease          a run is somebody else's by now, or over: its attempt must stop
│   └── RunCancelled       somebody cancelled the run that is at work
├── Stale                  it was changed since it was read (If-Match): exit code 2, HTTP 412
├── TooManyRequests        a limit on requests is used up; carries when to try again: HTTP 429
├── Busy                   somebody else holds it; try again: exit code 3, HTTP 503
├── Unavailable            a service or an optional part is missing: exit code 3, HTTP 503
└── EngineFailed           a warehouse refused or broke; carries its kind: exit code 3, HTTP 502
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from muster.base.order_changes import CellConflict


@dataclass(frozen=True, slots=True)
class Problem:
    """One fault in an input.

    Attributes:
        code: stable upper-case identifier, e.g. ``UNKNOWN_FIELD``.
        path: JSON path to the fault, e.g. ``$.where.all[0].field``; ``$`` for the whole.
        sentence: what is wrong, in one sentence.
        hint: what to do about it, when that is known.
    """

    code: str
    path: str
    sentence: str
    hint: str | None = None

    def __str__(self) -> str:
        text = f"{self.path}: {self.sentence} [{self.code}]"
        return f"{text} hint: {self.hint}" if self.hint else text


class MusterError(Exception):
    """Anything Muster reports on purpose; never raised bare."""

    def __init__(
        self,
        code: str,
        sentence: str,
        *,
        hint: str | None = None,
        path: str | None = None,
        problems: Iterable[Problem] = (),
    ) -> None:
        super().__init__(sentence)
        self.code = code
        self.sentence = sentence
        self.hint = hint
        self.path = path
        self.problems = tuple(problems)


class InvalidInput(MusterError):
    """The input is at fault; ``problems`` names every fault with its path."""

    @classmethod
    def of(cls, code: str, what: str, problems: Iterable[Problem]) -> InvalidInput:
        """Build from collected problems; ``what`` names the thing, e.g. ``rule "vip"``."""
        found = tuple(problems)
        count = "1 fault" if len(found) == 1 else f"{len(found)} faults"
        first = found[0] if found else None
        sentence = f"{what} has {count}: {first.sentence if first else 'no details'}"
        return cls(
            code,
            sentence,
            path=first.path if first else None,
            hint=first.hint if first else None,
            problems=found,
        )


class InvalidRule(InvalidInput):
    """A rule cannot be used as written."""


class InvalidModel(InvalidInput):
    """A data model cannot be used as written."""


class InvalidFile(InvalidInput):
    """A file cannot be read as what it claims to be."""


class Unauthenticated(MusterError):
    """Nobody is signed in, or the credentials are wrong."""


class Forbidden(MusterError):
    """Who is signed in may not do this."""


class NotFound(MusterError):
    """The named thing does not exist in this workspace."""


class Conflict(MusterError):
    """The present state forbids the request."""


class CellsChanged(Conflict):
    """Somebody else changed cells that an edit was made to; ``conflicts`` names each."""

    def __init__(self, conflicts: Iterable[CellConflict]) -> None:
        self.conflicts = tuple(conflicts)
        count = len(self.conflicts)
        cells = "1 cell was" if count == 1 else f"{count} cells were"
        super().__init__(
            "CELLS_CHANGED",
            f"{cells} changed by somebody else meanwhile; nothing was written.",
            hint="Look at what is there now, and choose for each cell.",
        )


class LostLease(Conflict):
    """A run is somebody else's by now, or over; nothing of this attempt may be kept."""


class RunCancelled(Conflict):
    """Somebody cancelled the run that is at work."""


class Stale(MusterError):
    """The thing was changed since the sender read it."""


class TooManyRequests(MusterError):
    """A limit on requests is used up."""

    def __init__(
        self, code: str, sentence: str, *, retry_after_seconds: int, hint: str | None = None
    ) -> None:
        super().__init__(code, sentence, hint=hint)
        self.retry_after_seconds = retry_after_seconds


class Busy(MusterError):
    """Another process holds what is needed; the same request may succeed later."""


class Unavailable(MusterError):
    """A service or optional part that the request needs is not there."""


class EngineFailed(MusterError):
    """A warehouse failed; ``kind`` says how (see ``engines/failures.py``)."""

    def __init__(
        self, kind: str, sentence: str, *, hint: str | None = None, path: str | None = None
    ) -> None:
        super().__init__(f"ENGINE_{kind.upper()}", sentence, hint=hint, path=path)
        self.kind = kind
