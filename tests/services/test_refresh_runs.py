"""Executing a claimed run: rules that fail alone, attempts that lost their run, late runs."""

from __future__ import annotations

import shutil
from datetime import timedelta

import pytest

from muster.base.errors import (
    Busy,
    Conflict,
    EngineFailed,
    InvalidRule,
    LostLease,
    RunCancelled,
    Unavailable,
)
from muster.base.records import RuleOutcome, RunState
from muster.services import publishing
from muster.services.attempts import is_passing, reason_of
from muster.services.indexing import drop
from muster.services.refresh import execute, refresh
from muster.services.segments import list_segments, read_members
from muster.services.triggering import cancel_run
from muster.services.workspaces import save_model
from muster.store import notifications, run_log
from tests.services.claiming import (
    begun,
    errors,
    every_run,
    log_of,
    outcomes,
    present,
    rule,
    taken_over,
)
from tests.services.small_workspace import AS_OF, MODEL, keys

LATER = AS_OF + timedelta(days=1)
PUBLISHED = (RuleOutcome.PUBLISHED, None)
EVERY = ["viennese", "spenders", "quiet", "quiet_spenders", "mail_to_win_back"]


def versions(context) -> dict[str, int]:
    return {
        entry.segment.name: entry.segment.current.number
        for entry in list_segments(context)
        if entry.segment.current
    }


def files(context) -> list[str]:
    return sorted(path.name for path in (context.folder / "segments").rglob("*.members*"))


def without_metric(context) -> None:
    """Take the metric `total_spend` from the model, which the rule `spenders` speaks of."""
    text = MODEL.replace("  total_spend: {sum: amount, of: payment, label: Total spend}\n", "")
    assert text != MODEL
    save_model(context, text)


def test_a_run_publishes_its_rules_with_their_parents(context) -> None:
    attempt = begun(context, ["mail_to_win_back"], as_of=LATER)
    execute(attempt)
    run = present(attempt)
    assert (run.state, run.progress, run.error) == (RunState.PUBLISHED, None, None)
    assert outcomes(attempt) == dict.fromkeys(
        ["mail_to_win_back", "quiet", "quiet_spenders", "spenders"], PUBLISHED
    )
    assert run.figures["rules"] == {"published": 4}
    assert log_of(attempt) == [
        "info: Attempt 1 begins, as of 2025-06-02 00:00:00 UTC.",
        "info: 4 rules evaluated: 8 questions, 8 after sharing, 0 of them reused,"
        " 4 for the audience index.",
        "info: 4 segments published.",
    ]


def test_members_are_named_by_run_and_fence(context) -> None:
    attempt = taken_over(begun(context, ["viennese"], as_of=LATER))
    execute(attempt)
    assert attempt.run.fence == 2
    assert f"{attempt.run.id}.2.members" in files(context)


def test_a_rule_that_no_longer_fits_fails_with_its_children_and_the_others_publish(context) -> None:
    without_metric(context)
    attempt = begun(context, EVERY, as_of=LATER)
    published = execute(attempt)
    assert outcomes(attempt) == {
        "viennese": PUBLISHED,
        "quiet": PUBLISHED,
        "spenders": (RuleOutcome.FAILED, "INVALID_RULE"),
        "quiet_spenders": (RuleOutcome.SKIPPED, "PARENT_FAILED"),
        "mail_to_win_back": (RuleOutcome.SKIPPED, "PARENT_FAILED"),
    }
    why = errors(attempt)
    assert "total_spend" in why["spenders"]
    assert 'the segment "spenders", which failed' in why["quiet_spenders"]
    assert 'the segment "quiet_spenders", which was skipped' in why["mail_to_win_back"]
    run = present(attempt)
    assert (run.state, run.error_code) == (RunState.FAILED, "RULES_FAILED")
    assert '1 of 5 rules failed, first "spenders"' in run.error
    assert {version.as_of for _, version in published.versions} == {LATER}
    assert versions(context) == {**dict.fromkeys(EVERY, 1), "viennese": 2, "quiet": 2}
    assert notices(context) == ["run.failed"]


def notices(context) -> list[str]:
    with context.transaction() as connection:
        found = notifications.feed(
            connection,
            context.workspace.id,
            reader="tester",
            unread_only=False,
            before_id=None,
            offset=0,
            limit=10,
        )
    return [one.kind for one in found]


def test_when_every_rule_fails_nothing_is_evaluated(context) -> None:
    without_metric(context)
    attempt = begun(context, ["spenders"], as_of=LATER)
    execute(attempt)
    assert present(attempt).error_code == "RULES_FAILED"
    assert versions(context) == dict.fromkeys(EVERY, 1)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("- {name: child, where: {segment: quiet, version: 9}}", "UNKNOWN_VERSION"),
        ("- {name: child, where: {segment: fresh, freshness: stored}}", "SEGMENT_NOT_PUBLISHED"),
    ],
)
def test_a_rule_whose_stored_parent_is_missing_fails_alone(context, text, code) -> None:
    rule(context, "- {name: fresh, where: {field: age, op: '>', value: 3}}")
    rule(context, text)
    attempt = begun(context, ["child", "viennese"], as_of=LATER)
    execute(attempt)
    assert outcomes(attempt) == {"child": (RuleOutcome.FAILED, code), "viennese": PUBLISHED}


def test_a_rule_that_went_away_since_the_run_was_asked_for_fails_alone(context) -> None:
    attempt = begun(context, ["nobody", "viennese"], as_of=LATER)
    execute(attempt)
    assert outcomes(attempt)["nobody"] == (RuleOutcome.FAILED, "UNKNOWN_RULE")
    assert outcomes(attempt)["viennese"] == PUBLISHED


def test_a_late_run_replaces_no_newer_version(context) -> None:
    refresh(context, ["viennese"], as_of=LATER + timedelta(days=1))
    before = versions(context)
    attempt = begun(context, ["viennese", "quiet"], as_of=LATER)
    execute(attempt)
    assert outcomes(attempt) == {
        "viennese": (RuleOutcome.SKIPPED, "NEWER_VERSION"),
        "quiet": PUBLISHED,
    }
    assert "Version 2 is as of 2025-06-03" in errors(attempt)["viennese"]
    assert present(attempt).state is RunState.PUBLISHED
    assert versions(context) == {**before, "quiet": 2}


def test_what_is_made_of_a_segment_that_stays_newer_is_skipped_too(context) -> None:
    refresh(context, ["quiet"], as_of=LATER + timedelta(days=1))
    attempt = begun(context, ["quiet_spenders"], as_of=LATER)
    execute(attempt)
    assert outcomes(attempt) == {
        "spenders": PUBLISHED,
        "quiet": (RuleOutcome.SKIPPED, "NEWER_VERSION"),
        "quiet_spenders": (RuleOutcome.SKIPPED, "NEWER_VERSION"),
    }


def test_a_person_at_the_command_line_may_go_back_in_time(context) -> None:
    refresh(context, ["viennese"], as_of=LATER)
    refresh(context, ["viennese"], as_of=AS_OF)
    assert versions(context)["viennese"] == 3


def test_an_attempt_that_was_given_up_publishes_nothing_and_leaves_no_file(
    context, monkeypatch
) -> None:
    zombie = begun(context, ["viennese"], as_of=LATER)
    before, on_disk = versions(context), files(context)
    second = []

    def lose(*_arguments: object) -> None:
        second.append(taken_over(zombie))

    meanwhile(monkeypatch, lose)
    with pytest.raises(LostLease):
        execute(zombie)
    assert versions(context) == before
    assert files(context) == on_disk
    assert present(zombie).state is RunState.RUNNING
    monkeypatch.undo()
    execute(second[0])
    assert versions(context)["viennese"] == 2
    assert present(zombie).state is RunState.PUBLISHED


def meanwhile(monkeypatch, action) -> None:
    """Let something happen between the writing of members and the publication."""
    write = publishing.write_files

    def wrapped(attempt, evaluated) -> None:
        write(attempt, evaluated)
        action(attempt)

    monkeypatch.setattr("muster.services.refresh.write_files", wrapped)


def test_a_run_cancelled_just_before_it_publishes_publishes_nothing(context, monkeypatch) -> None:
    attempt = begun(context, EVERY, as_of=LATER)
    before, on_disk = versions(context), files(context)
    meanwhile(monkeypatch, lambda _: cancel_run(context, attempt.run.id))
    with pytest.raises(RunCancelled):
        execute(attempt)
    run = present(attempt)
    assert (run.state, run.error_code) == (RunState.CANCELLED, "RUN_CANCELLED")
    assert (versions(context), files(context)) == (before, on_disk)
    assert {outcome for outcome, _ in outcomes(attempt).values()} == {RuleOutcome.SKIPPED}
    with pytest.raises(Conflict):
        cancel_run(context, attempt.run.id)


def test_a_rule_deleted_while_it_is_evaluated_is_not_published(context, monkeypatch) -> None:
    from muster.store import rules

    attempt = begun(context, ["viennese", "quiet"], as_of=LATER)

    def delete(_: object) -> None:
        with context.transaction() as connection:
            found = rules.by_name(connection, context.workspace.id, "viennese")
            rules.mark_deleted(connection, context.workspace.id, found.id)

    meanwhile(monkeypatch, delete)
    execute(attempt)
    assert outcomes(attempt) == {
        "viennese": (RuleOutcome.FAILED, "RULE_GONE"),
        "quiet": PUBLISHED,
    }


def test_a_passing_failure_is_tried_again_and_ends_as_a_dead_letter(context) -> None:
    segments = context.folder / "segments"
    shutil.rmtree(segments / "spenders")
    (segments / "spenders").write_text("in the way")
    for attempts, state in ((2, RunState.QUEUED), (1, RunState.FAILED)):
        attempt = begun(context, ["spenders"], as_of=LATER, attempts=attempts)
        with pytest.raises(Unavailable):
            execute(attempt)
        run = present(attempt)
        assert (run.state, run.error_code) == (state, "MEMBERS_UNWRITABLE")
        assert run.dead_letter is (state is RunState.FAILED)
        repeated = any("failed and is repeated at" in line for line in log_of(attempt))
        assert repeated is (state is RunState.QUEUED)
    assert notices(context) == ["run.dead_letter"]


def test_a_warehouse_that_is_being_loaded_is_waited_for_longer(context) -> None:
    drop(context)  # with a fresh index nobody would notice
    attempt = begun(context, ["viennese"], as_of=LATER, attempts=1)
    with context.open_warehouse(read_only=False), pytest.raises(Busy):
        execute(attempt)
    run = present(attempt)
    assert (run.state, run.error_code) == (RunState.QUEUED, "WAREHOUSE_BUSY")
    assert run.not_before > run.started_at


def test_a_lasting_failure_fails_at_once(context) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("ALTER TABLE users DROP COLUMN city").fetchall()
    attempt = begun(context, EVERY, as_of=LATER)
    with pytest.raises(EngineFailed):
        execute(attempt)
    run = present(attempt)
    assert (run.state, run.dead_letter) == (RunState.FAILED, False)
    assert run.error_code == "ENGINE_MISSING_COLUMN"
    assert {code for _, code in outcomes(attempt).values()} == {"ENGINE_MISSING_COLUMN"}
    assert versions(context) == dict.fromkeys(EVERY, 1)


def test_the_command_line_publishes_the_healthy_and_names_the_others(context) -> None:
    without_metric(context)
    with pytest.raises(InvalidRule) as caught:
        refresh(context, as_of=LATER)
    assert caught.value.code == "RULES_FAILED"
    assert [problem.path for problem in caught.value.problems] == [
        "spenders",
        "quiet_spenders",
        "mail_to_win_back",
    ]
    assert versions(context)["viennese"] == 2


def test_the_command_line_refuses_a_single_bad_rule_before_itevery_run(context) -> None:
    without_metric(context)
    before = len(every_run(context))
    with pytest.raises(InvalidRule) as caught:
        refresh(context, ["spenders"])
    assert caught.value.problems[0].path.startswith("$.where")
    assert len(every_run(context)) == before


def test_a_second_attempt_removes_what_the_first_left(context) -> None:
    first = begun(context, ["viennese"], as_of=LATER)
    folder = context.folder / "segments" / "viennese"
    (folder / f"{first.run.id}.1.members").write_bytes(b"half")
    (folder / f"{first.run.id}.1.members.tmp123").write_bytes(b"h")
    execute(taken_over(first))
    names = [name for name in files(context) if name.startswith(f"{first.run.id}.")]
    assert names == [f"{first.run.id}.2.members"]


def test_members_are_right_after_many_attempts(context) -> None:
    attempt = begun(context, EVERY)
    for _ in range(3):
        attempt = taken_over(attempt)
    execute(attempt)
    for name in EVERY:
        found = {row[0] for row in read_members(context, name, limit=100).rows}
        assert found == keys(where=name)


@pytest.mark.parametrize(
    ("error", "passing", "code"),
    [
        (EngineFailed("out_of_memory", "x"), True, "ENGINE_OUT_OF_MEMORY"),
        (EngineFailed("disk_full", "x"), True, "ENGINE_DISK_FULL"),
        (EngineFailed("missing_table", "x"), False, "ENGINE_MISSING_TABLE"),
        (EngineFailed("corrupt", "x"), False, "ENGINE_CORRUPT"),
        (Busy("WAREHOUSE_BUSY", "x"), True, "WAREHOUSE_BUSY"),
        (MemoryError(), True, "OUT_OF_MEMORY"),
        (OSError(28, "No space left on device"), True, "DISK_FAILED"),
        (InvalidRule("INVALID_RULE", "x"), False, "INVALID_RULE"),
        (ValueError("secret of a person"), False, "INTERNAL_ERROR"),
    ],
)
def test_failures_are_told_apart(error, passing, code) -> None:
    assert is_passing(error) is passing
    found, sentence = reason_of(error)
    assert found == code
    assert "secret" not in sentence


def test_log_lines_come_in_order_and_from_where_one_left_off(context) -> None:
    attempt = begun(context, ["viennese"])
    for number in range(5):
        attempt.log(f"line {number}", level="warning", detail={"number": number})
    with context.transaction() as connection:
        first = run_log.after(connection, context.workspace.id, attempt.run.id, after_id=0, limit=2)
        rest = run_log.after(
            connection, context.workspace.id, attempt.run.id, after_id=first[-1].id, limit=9
        )
    assert [line.message for line in (*first, *rest)] == [f"line {n}" for n in range(5)]
    assert (rest[0].level, rest[0].detail) == ("warning", {"number": 2})
