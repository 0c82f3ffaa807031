"""Structured logs on stderr: JSON lines (or text on a terminal) with request and run ids.

Everybody logs with ``logging.getLogger("muster.<area>")`` and ``extra={...}``. Secrets and personal
data are taken out on the way, and an exception is told by type and place, never by its text.
"""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any, Literal, Protocol, TextIO

from muster.base import correlation
from muster.base.correlation import bind
from muster.base.errors import MusterError
from muster.redaction import redact, redact_text

__all__ = ["JsonLines", "TextLines", "bind", "configure_logging"]

LogFormat = Literal["auto", "json", "text"]
_OWN = "muster"
_KEPT_FRAMES = 40
_ALL_CAUSES = 8
# What `logging` itself puts into a record; everything else came by `extra`.
_STANDARD = frozenset(vars(logging.LogRecord("", 0, "", 0, "", None, None))) | {
    "message",
    "asctime",
    "color_message",  # uvicorn's, the message once more
}


class LogSettings(Protocol):
    """The settings that logging needs."""

    @property
    def log_format(self) -> LogFormat:
        """JSON, text, or whichever fits the stream."""

    @property
    def log_level(self) -> str:
        """The least important level of Muster's own lines that is written."""


def configure_logging(settings: LogSettings, *, stream: TextIO | None = None) -> None:
    """Send all logs of this process to one stream, in one form; may be called again.

    Other libraries are heard from warnings on: below that they speak of connections and URLs.

    Args:
        stream: stderr by default.
    """
    target = stream or sys.stderr
    chosen = settings.log_format
    as_text = chosen == "text" or (chosen == "auto" and target.isatty())
    handler = logging.StreamHandler(target)
    handler.setFormatter(TextLines() if as_text else JsonLines())
    root = logging.getLogger()
    for old in root.handlers[:]:
        if isinstance(old.formatter, JsonLines | TextLines):
            root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(logging.WARNING)
    logging.getLogger(_OWN).setLevel(settings.log_level.upper())
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        server = logging.getLogger(name)
        server.handlers.clear()
        server.propagate = name != "uvicorn.access"  # api/request_log.py writes that line
        server.setLevel(logging.INFO)


class JsonLines(logging.Formatter):
    """One JSON object to a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        return json.dumps(_document(record), ensure_ascii=False, default=str)


class TextLines(logging.Formatter):
    """One line for people, and the stack of an exception below it."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line or lines."""
        found = _document(record)
        moment = str(found.pop("time"))[11:23]
        level, logger = found.pop("level"), found.pop("logger")
        message, error = found.pop("message"), found.pop("error", None)
        rest = " ".join(f"{name}={_short(value)}" for name, value in found.items())
        line = f"{moment} {level:<7} {logger}: {message}" + (f"  {rest}" if rest else "")
        if error is None:
            return line
        stack = "\n".join(f"    {place}" for place in error.pop("stack"))
        return f"{line}\n  {_short(error)}\n{stack}"


def _document(record: logging.LogRecord) -> dict[str, Any]:
    """Return a record as one flat object: what every line has, then what came by ``extra``."""
    moment = datetime.fromtimestamp(record.created, UTC)
    found: dict[str, Any] = {
        "time": moment.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "level": record.levelname.lower(),
        "logger": record.name,
        "message": redact_text(_message(record)),
        **correlation.current(),
    }
    for name, value in vars(record).items():
        if name not in _STANDARD and name not in found:
            found[name] = redact(name, value)
    if record.exc_info and record.exc_info[1] is not None:
        found["error"] = _error(record.exc_info[1])
    return found


def _message(record: logging.LogRecord) -> str:
    """Return the message; exceptions among its arguments are told by type alone."""
    arguments = record.args
    if isinstance(arguments, tuple):
        arguments = tuple(_told(argument) for argument in arguments)
    elif arguments:
        arguments = {name: _told(argument) for name, argument in arguments.items()}
    text = str(record.msg) if not isinstance(record.msg, BaseException) else _told(record.msg)
    return str(text) % arguments if arguments else str(text)


def _told(argument: object) -> object:
    return _name(argument) if isinstance(argument, BaseException) else argument


def _name(error: BaseException) -> str:
    """Return an exception's type, and its code where it has one: enough to find it by."""
    name = type(error).__qualname__
    if isinstance(error, MusterError):
        return f"{name} {error.code}"
    state = getattr(getattr(error, "orig", error), "sqlstate", None)
    if state:
        return f"{name} SQLSTATE {state}"
    if isinstance(error, OSError) and error.strerror:
        return f"{name} {error.strerror}"
    return name


def _error(error: BaseException) -> dict[str, Any]:
    """Return an exception without a word of its text, which may quote rows and parameters."""
    causes: list[str] = []
    seen = error
    while len(causes) < _ALL_CAUSES:
        before = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
        if before is None:
            break
        causes.append(_name(before))
        seen = before
    frames = traceback.extract_tb(seen.__traceback__) + traceback.extract_tb(
        error.__traceback__ if seen is not error else None
    )
    stack = [f"{frame.filename}:{frame.lineno} in {frame.name}" for frame in frames]
    found: dict[str, Any] = {"type": _name(error), "stack": stack[-_KEPT_FRAMES:]}
    if causes:
        found["causes"] = causes
    return found


def _short(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
