"""Each log line is one JSON object that says what happened to whom it concerns, and no more."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import text

from muster.base.errors import NotFound
from muster.logs import bind, configure_logging
from muster.settings import Settings
from muster.store.database import Database, open_database

logger = logging.getLogger("muster.tests")
CANARY = "Zebulon Canary"
EMAIL = "zebulon.canary@example.org"


class Lines(io.StringIO):
    """What was logged."""

    @property
    def documents(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.getvalue().splitlines()]

    @property
    def last(self) -> dict[str, Any]:
        return self.documents[-1]


@contextmanager
def logging_to(stream: io.StringIO, **chosen: Any) -> Iterator[None]:
    """Configure logging for a while, and leave it as it was."""
    names = (None, "muster", "uvicorn", "uvicorn.error", "uvicorn.access")
    before = [
        (found, found.level, found.propagate, found.handlers[:])
        for found in map(logging.getLogger, names)
    ]
    configure_logging(Settings(**chosen), stream=stream)
    try:
        yield
    finally:
        for found, level, propagate, handlers in before:
            found.setLevel(level)
            found.propagate = propagate
            found.handlers[:] = handlers


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = Lines()
    with logging_to(stream, log_format="json", log_level="debug"):
        yield stream


def test_a_line_is_json_with_time_level_logger_message_and_extra(lines: Lines) -> None:
    logger.info("published %d of %s", 3, "vip", extra={"seconds": 0.5, "rules": ("a", "b")})
    assert lines.last["message"] == "published 3 of vip"
    assert lines.last["level"] == "info"
    assert lines.last["logger"] == "muster.tests"
    assert lines.last["seconds"] == 0.5
    assert lines.last["rules"] == ["a", "b"]
    assert lines.last["time"].endswith("Z")


def test_ids_are_bound_to_the_block_and_nest(lines: Lines) -> None:
    with bind(request_id="r1", workspace="shop"):
        with bind(run_id=7):
            logger.info("inside")
        logger.info("between")
    logger.info("outside")
    inside, between, outside = lines.documents
    assert (inside["request_id"], inside["run_id"], inside["workspace"]) == ("r1", "7", "shop")
    assert "run_id" not in between
    assert between["request_id"] == "r1"
    assert not {"request_id", "run_id", "workspace"} & set(outside)


def test_a_thread_started_by_hand_has_ids_of_its_own(lines: Lines) -> None:
    def work() -> None:
        with bind(run_id=2):
            logger.info("other")

    with bind(run_id=1):
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        logger.info("own")
    assert [line["run_id"] for line in lines.documents] == ["2", "1"]


def test_an_exception_is_told_by_type_and_place_and_never_by_its_text(lines: Lines) -> None:
    def fail(name: str) -> None:
        try:
            raise KeyError(name)
        except KeyError as error:
            raise ValueError(f"{name} is wrong") from error

    try:
        fail(CANARY)
    except ValueError:
        logger.exception("could not do it")
    assert CANARY not in lines.getvalue()
    error = lines.last["error"]
    assert error["type"] == "ValueError"
    assert error["causes"] == ["KeyError"]
    assert any("test_logs.py" in place and "in fail" in place for place in error["stack"])


def test_exceptions_among_the_arguments_are_told_by_type_and_code(lines: Lines) -> None:
    logger.warning("gave up: %s", NotFound("UNKNOWN_RULE", f'no rule "{CANARY}"'))
    assert lines.last["message"] == "gave up: NotFound UNKNOWN_RULE"
    logger.warning("gave up: %(why)s", {"why": OSError(28, "No space left", CANARY)})
    assert lines.last["message"] == "gave up: OSError No space left"
    logger.error(ValueError(CANARY))
    assert lines.last["message"] == "ValueError"


def test_failures_of_the_database_show_state_and_no_parameter(
    lines: Lines, database_url: str
) -> None:
    database: Database = open_database(database_url)
    try:
        with database.transaction() as connection:
            connection.execute(text("SELECT CAST(:name AS integer)"), {"name": CANARY})
    except Exception:
        logger.exception("failed")
    database.close()
    assert "SQLSTATE 22P02" in lines.last["error"]["type"]
    assert CANARY not in lines.getvalue()


def test_the_level_and_the_form_can_be_chosen() -> None:
    stream = io.StringIO()
    with logging_to(stream, log_format="text", log_level="warning"), bind(run_id=3):
        logger.info("quiet")
        logger.warning("loud to %s", EMAIL, extra={"size": 5})
        try:
            raise RuntimeError(CANARY)
        except RuntimeError:
            logger.exception("broken")
    written = stream.getvalue()
    assert "quiet" not in written
    assert "muster.tests: loud to [e-mail]  run_id=3 size=5" in written
    assert "RuntimeError" in written
    assert CANARY not in written


def test_auto_writes_json_unless_a_person_looks() -> None:
    stream = Lines()
    with logging_to(stream):
        logger.warning("x")
    assert stream.last["message"] == "x"


def test_configuring_twice_does_not_write_twice(lines: Lines) -> None:
    configure_logging(Settings(log_format="json"), stream=lines)
    logger.warning("once")
    assert len(lines.documents) == 1


def test_uvicorn_speaks_the_same_language_and_leaves_requests_to_us(lines: Lines) -> None:
    logging.getLogger("uvicorn.error").info("Started server process [%d]", 7)
    assert lines.last["message"] == "Started server process [7]"
    logging.getLogger("uvicorn.access").info("GET /?email=%s", EMAIL)
    assert len(lines.documents) == 1


def test_other_libraries_are_heard_from_warnings_on(lines: Lines) -> None:
    logging.getLogger("httpx").info("HTTP Request: GET http://x/?q=%s", CANARY)
    logging.getLogger("httpx").warning("odd")
    assert [line["message"] for line in lines.documents] == ["odd"]


def test_stderr_is_where_it_goes(capsys: pytest.CaptureFixture[str]) -> None:
    before = logging.getLogger().handlers[:]
    with logging_to(sys.stderr, log_format="json"):
        logger.warning("there")
    assert json.loads(capsys.readouterr().err)["message"] == "there"
    assert logging.getLogger().handlers == before
