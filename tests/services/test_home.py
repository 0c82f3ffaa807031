"""The first page: figures with what they were, what needs attention, posters."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from muster.base.clock import FixedClock
from muster.base.datamodel import DataModel
from muster.base.ids import RuleId, SegmentId
from muster.base.recent import Recent
from muster.services import home_figures, lifecycle
from muster.services.applying import apply, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.home import Home, home
from muster.services.home_attention import AttentionKind, Fix, Severity
from muster.services.home_figures import last_whole_day
from muster.services.indexing import drop
from muster.services.posters import fastest_growing, telling_field
from muster.services.refresh import execute, refresh
from muster.services.workspace_settings import change_settings
from muster.services.workspaces import current_model, save_model
from muster.store import rules
from muster.store.segment_moves import SegmentMove
from tests.services.claiming import begun
from tests.services.small_workspace import AS_OF, MODEL, PAYMENTS, USERS, documents, keys

NEWEST = max(payment.at for payment in PAYMENTS)
LAST_DAY = NEWEST.date() - timedelta(days=1)


def at(context: WorkspaceContext, when: datetime) -> WorkspaceContext:
    return replace(context, resources=replace(context.resources, clock=FixedClock(when)))


def kinds(found: Home) -> list[AttentionKind]:
    return [one.kind for one in found.attention]


def test_the_four_figures(shared) -> None:
    people, segments, events, money = home(shared).figures
    reached = set[int]().union(*(keys(where=name) for name in ("viennese", "spenders", "quiet")))
    assert (people.key, people.value) == ("people", len(reached))
    assert people.note == f"{100 * len(reached) / len(USERS):.0f} % of all users"
    assert (segments.value, segments.note, segments.previous) == (5, None, None)
    on_day = [one for one in PAYMENTS if one.at.date() == LAST_DAY]
    week_before = [one for one in PAYMENTS if one.at.date() == LAST_DAY - timedelta(days=7)]
    assert events.label == f"Events on {LAST_DAY:%A} {LAST_DAY.day} {LAST_DAY:%B}"
    assert (events.value, events.previous) == (len(on_day), len(week_before))
    assert (money.label[:11], money.unit) == ("Total spend", "EUR")
    assert money.value == sum(one.amount for one in on_day)
    assert [day for day, _ in events.series] == [
        LAST_DAY - timedelta(days=number) for number in range(29, -1, -1)
    ]
    views = len(USERS)  # all on one day
    assert dict(events.series)[date(2025, 5, 1)] == views + sum(
        one.at.date() == date(2025, 5, 1) for one in PAYMENTS
    )


def test_people_and_segments_are_those_of_each_day(context) -> None:
    later = at(context, AS_OF + timedelta(days=30))
    everybody = "- {name: all_of_them, where: {field: born, op: exists}}"
    apply(later, plan_apply(later, documents(everybody)))
    refresh(later, ["all_of_them"])
    people, segments, *_ = home(later).figures
    assert (people.value, segments.value) == (len(USERS), 6)
    assert (segments.previous, segments.previous_label) == (5, "30 days ago")
    assert people.previous == people.series[0][1] < len(USERS)
    assert [value for _, value in segments.series] == [5] * 30 + [6]


def test_of_very_many_segments_only_the_present_is_told(shared, monkeypatch) -> None:
    people, segments, *_ = home(shared).figures
    monkeypatch.setattr(home_figures, "MOST_FOLLOWED", 4)
    for whole, brief in zip((people, segments), home(shared).figures, strict=False):
        assert (brief.value, brief.series) == (whole.value, whole.series[-1:])
    monkeypatch.setattr(home_figures, "_MOST_ADDED", 4)
    monkeypatch.setattr(home_figures, "_UNIONS", Recent(kept=1))
    assert home(shared).figures[0].value is None


def test_a_day_of_another_year_is_said_with_its_year(shared) -> None:
    *_, events, money = home(at(shared, AS_OF + timedelta(days=300))).figures
    assert events.label.endswith(" 2025")
    assert money.label.endswith(" 2025")


@pytest.mark.parametrize(
    ("newest", "now", "expected"),
    [
        ("2025-05-29T12:00Z", "2025-06-01T00:00Z", date(2025, 5, 28)),
        ("2025-05-29T21:10Z", "2025-05-29T23:00Z", date(2025, 5, 29)),  # 23:10 in Vienna, and over
        ("2025-05-29T21:10Z", "2025-05-29T21:30Z", date(2025, 5, 28)),  # not over yet
        ("2025-05-29T22:10Z", "2025-05-30T12:00Z", date(2025, 5, 29)),  # 00:10 of the next day
    ],
)
def test_the_last_whole_day_is_judged_by_the_newest_event(newest, now, expected) -> None:
    found = last_whole_day(
        datetime.fromisoformat(newest), datetime.fromisoformat(now), ZoneInfo("Europe/Vienna")
    )
    assert found == expected


def test_old_data_is_a_matter_of_its_source(shared) -> None:
    found = [one for one in home(shared).attention if one.kind is AttentionKind.SOURCE]
    assert [one.title for one in found] == ["Payments: nothing new", "Views: nothing new"]
    assert found[0].sentence.startswith("The newest event is 2 days old.")
    assert found[0].at == NEWEST.replace(tzinfo=UTC)
    fresh = home(at(shared, NEWEST.replace(tzinfo=UTC) + timedelta(hours=2)))
    assert [one.title for one in fresh.attention] == ["Views: nothing new"]


def test_a_failed_refresh_is_told_until_it_was_repeated(context) -> None:
    broken = MODEL.replace("  total_spend: {sum: amount, of: payment, label: Total spend}\n", "")
    save_model(context, broken)
    run = begun(context, ["spenders", "viennese"], as_of=AS_OF + timedelta(days=1))
    execute(run)
    found = next(one for one in home(context).attention if one.kind is AttentionKind.FAILED_RUN)
    assert (found.severity, found.fix) == (Severity.ERROR, Fix.RETRY_RUN)
    assert found.title == "The refresh of Spenders failed"
    assert found.run_id is not None
    assert found.rule_id is not None
    save_model(context, MODEL)
    refresh(context, ["spenders"], as_of=AS_OF + timedelta(days=2))
    assert AttentionKind.FAILED_RUN not in kinds(home(context))


def test_stale_and_shrunk_segments_are_told(context) -> None:
    apply(
        context,
        plan_apply(context, documents("- {name: quiet, where: {field: age, op: '>', value: 52}}")),
    )
    stale = [one for one in home(context).attention if one.kind is AttentionKind.STALE]
    assert [(one.title, one.fix) for one in stale] == [("Quiet is out of date", Fix.REFRESH)]
    assert home(context).figures[1].note == "1 stale"
    refresh(context, ["quiet"])
    found = home(context)
    shrunk = next(one for one in found.attention if one.kind is AttentionKind.SHRUNK)
    before = len(keys(where="quiet"))
    size = sum(user.age is not None and user.age > 52 for user in USERS)
    assert shrunk.title == f"Quiet shrank by {100 * (1 - size / before):.0f} %"
    assert "Its rule was changed" in shrunk.sentence
    assert shrunk.severity is Severity.INFO
    severities = [list(Severity).index(one.severity) for one in found.attention]
    assert severities == sorted(severities)


def test_an_edit_that_waits_for_approval_is_told(context) -> None:
    change_settings(context, {"approval_share": 0.01})
    (document,) = documents(
        "- {name: viennese, tags: [place], where: [{field: city, op: '=', value: Graz}]}"
    )
    with context.transaction() as connection:
        rule = rules.by_name(connection, context.workspace.id, "viennese")
    lifecycle.save(context, document, rule_id=rule.id, expected_version=None, reason="Moved.")
    found = next(one for one in home(context).attention if one.kind is AttentionKind.APPROVAL)
    assert (found.title, found.fix) == ("Viennese waits for approval", Fix.REVIEW)
    assert "tester asks to publish version 2: Moved." in found.sentence


def test_a_page_without_a_warehouse_still_tells_of_segments(context) -> None:
    context.warehouse_path.unlink()
    people, segments, events, money = home(context).figures
    assert (people.value is not None, segments.value) == (True, 5)
    assert (events.value, money.value) == (None, None)
    assert events.note == "The warehouse cannot be read just now."


def test_new_data_and_a_damaged_index_are_told(context) -> None:
    assert AttentionKind.INDEX not in kinds(home(context))
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("DELETE FROM views").fetchall()
    (found,) = [one for one in home(context).attention if one.kind is AttentionKind.INDEX]
    assert (found.title, found.severity) == (
        "The audience index is behind the data",
        Severity.INFO,
    )
    for file in (context.folder / "index").glob("manifest*"):
        file.write_bytes(b"no manifest")
    (found,) = [one for one in home(context).attention if one.kind is AttentionKind.INDEX]
    assert found.title == "The audience index is damaged"
    assert found.sentence.endswith("The next refresh rebuilds it.")


def test_a_poster_has_bars_of_one_telling_attribute(shared) -> None:
    found = {one.overview.segment.name: one for one in home(shared).recently_refreshed}
    assert set(found) == {"viennese", "spenders", "quiet", "quiet_spenders", "mail_to_win_back"}
    bars = found["viennese"].bars
    assert bars is not None
    assert bars.field.name == "tier"
    gold = sum(user.tier == "gold" for user in USERS if user.key in keys(where="viennese"))
    assert {part.bin.label: part.members for part in bars.parts}["gold"] == gold


def test_posters_are_the_same_without_an_index(context) -> None:
    before = home(context).recently_refreshed
    drop(context)
    assert home(context).recently_refreshed == before


@pytest.mark.parametrize(
    ("model", "name"),
    [
        (MODEL + "facets: {age: age}\n", "age"),
        (MODEL.replace("age: {type: integer,", "age: {type: integer, pii: sensitive,"), "tier"),
        (MODEL.replace("tier: {type: enum, values: [gold, silver]}", "tier: {type: string}"), None),
    ],
)
def test_the_telling_attribute_is_age_or_an_enum_and_not_personal(context, model, name) -> None:
    save_model(context, model)
    found: DataModel = current_model(context)
    field = telling_field(found)
    assert (field and field.name) == name


def move(name: str, base: int | None, size: int) -> SegmentMove:
    return SegmentMove(SegmentId(1), RuleId(1), name, name, size, base, base, False, AS_OF)


def test_the_fastest_growing_are_neither_the_largest_nor_the_tiniest() -> None:
    moved = [
        move("huge", 1_000_000, 1_000_900),
        move("doubled", 400, 800),
        move("tiny", 1, 9),
        move("small", 4, 12),
        move("shrunk", 400, 300),
        move("new", None, 900),
    ]
    assert fastest_growing(moved) == ("doubled", "small", "huge")
