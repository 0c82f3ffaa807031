"""A newer question about a draft ends the older one, and nobody else's."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from muster.base.errors import Busy, Conflict
from muster.services.live_drafts import Drafts
from muster.services.patience import ENDLESS, Patience

PATIENT = 30


def ask(drafts: Drafts, draft: str, patience: Patience, working: Callable[[Patience], None]) -> str:
    """Answer one question; return how it ended."""
    try:
        with drafts.asking(draft, patience) as ended:
            working(ended)
    except (Busy, Conflict) as error:
        return error.code
    return "answered"


def work_until_ended(begun: threading.Event) -> Callable[[Patience], None]:
    """Work that would never end by itself, and looks up between its blocks."""

    def work(patience: Patience) -> None:
        begun.set()
        assert patience.gone.wait(PATIENT)
        raise Busy("CLIENT_GONE", "Nobody waits for the answer any more.")

    return work


def nothing(_: Patience) -> None:
    pass


def in_background(
    drafts: Drafts, draft: str, patience: Patience
) -> tuple[threading.Thread, list[str]]:
    begun, ended = threading.Event(), list[str]()
    work = work_until_ended(begun)
    thread = threading.Thread(target=lambda: ended.append(ask(drafts, draft, patience, work)))
    thread.start()
    assert begun.wait(PATIENT)
    return thread, ended


def test_a_newer_question_ends_the_older_one() -> None:
    drafts = Drafts()
    older, ended = in_background(drafts, "tab", Patience())
    assert ask(drafts, "tab", Patience(), nothing) == "answered"
    older.join(PATIENT)
    assert ended == ["SUPERSEDED"]
    assert len(drafts) == 0


def test_questions_about_other_drafts_go_on() -> None:
    drafts, patience = Drafts(), Patience()
    older, ended = in_background(drafts, "tab", patience)
    assert ask(drafts, "another", Patience(), nothing) == "answered"
    assert len(drafts) == 1
    assert not patience.gone.is_set()
    patience.gone.set()
    older.join(PATIENT)
    assert ended == ["CLIENT_GONE"]


def test_an_answer_that_is_ready_when_the_newer_question_comes_is_not_given() -> None:
    drafts = Drafts()

    def asked_again(_: Patience) -> None:
        assert ask(drafts, "tab", Patience(), nothing) == "answered"

    assert ask(drafts, "tab", Patience(), asked_again) == "SUPERSEDED"
    assert len(drafts) == 0


def test_the_newest_of_three_is_the_one_that_is_answered() -> None:
    drafts = Drafts()
    first, first_ended = in_background(drafts, "tab", Patience())
    second, second_ended = in_background(drafts, "tab", Patience())
    assert ask(drafts, "tab", Patience(), nothing) == "answered"
    for thread in (first, second):
        thread.join(PATIENT)
    assert first_ended == second_ended == ["SUPERSEDED"]


def test_the_patience_of_everybody_is_not_ended() -> None:
    drafts = Drafts()
    older, ended = in_background(drafts, "tab", ENDLESS)
    assert ask(drafts, "tab", ENDLESS, nothing) == "answered"
    older.join(PATIENT)
    assert ended == ["SUPERSEDED"]
    assert not ENDLESS.gone.is_set()


def test_another_failure_stays_what_it_is_and_is_forgotten() -> None:
    drafts = Drafts()
    with pytest.raises(Busy, match="loaded"), drafts.asking("tab", Patience()):
        raise Busy("WAREHOUSE_BUSY", "It is being loaded.")
    assert len(drafts) == 0
