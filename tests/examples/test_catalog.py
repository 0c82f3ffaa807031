from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from muster.base.errors import NotFound
from muster.examples.catalog import EXAMPLES, Example, find_example
from tests.examples.evaluating import read_model


def test_there_are_three_workspaces_with_all_their_files() -> None:
    assert [example.name for example in EXAMPLES] == ["payments", "streaming", "retail360"]
    for example in EXAMPLES:
        named = [*example.scripts, *example.update_scripts, example.gold_script or "model.yml"]
        paths = [example.model_path, example.rules_path, example.readme_path]
        paths += [*example.script_paths, *(example.path(name) for name in named)]
        assert [path for path in paths if not path.is_file()] == []


def test_only_streaming_has_gold_tables() -> None:
    assert [example.name for example in EXAMPLES if example.gold_script] == ["streaming"]


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example.name)
def test_the_model_says_the_same_zone_and_that_the_data_is_generated(example: Example) -> None:
    model = read_model(example.model_path)
    assert model.time_zone == example.time_zone
    assert model.synthetic
    assert "synthetic" in example.readme_path.read_text(encoding="utf-8").lower()


@pytest.mark.parametrize(
    ("name", "now_utc", "expected"),
    [
        # 19:00 UTC is already tomorrow in India, half past midnight
        (
            "payments",
            datetime(2025, 5, 1, 19, tzinfo=UTC),
            datetime(2025, 5, 1, 18, 30, tzinfo=UTC),
        ),
        (
            "payments",
            datetime(2025, 5, 1, 18, tzinfo=UTC),
            datetime(2025, 4, 30, 18, 30, tzinfo=UTC),
        ),
        # Sydney is 11 hours ahead in summer, 10 in winter
        ("streaming", datetime(2025, 1, 1, 13, tzinfo=UTC), datetime(2025, 1, 1, 13, tzinfo=UTC)),
        ("streaming", datetime(2025, 7, 1, 13, tzinfo=UTC), datetime(2025, 6, 30, 14, tzinfo=UTC)),
        ("retail360", datetime(2025, 7, 1, 3, tzinfo=UTC), datetime(2025, 6, 30, 4, tzinfo=UTC)),
    ],
)
def test_data_ends_at_the_last_local_midnight(
    name: str, now_utc: datetime, expected: datetime
) -> None:
    assert find_example(name).until_today(now_utc) == expected


def test_the_scripts_are_told_the_defaults_unless_told_otherwise() -> None:
    example = find_example("payments")
    until = datetime(2025, 1, 1, 5, 30, tzinfo=timezone(timedelta(hours=5, minutes=30)))
    assert example.variables(until_utc=until) == {
        "entities": 50_000,
        "seed": 1,
        "until": datetime(2025, 1, 1),
        "events_per_entity": 20,
    }
    told = example.variables(
        until_utc=datetime(2025, 1, 1), entities=7, seed=3, events_per_entity=0.5
    )
    assert told == {
        "entities": 7,
        "seed": 3,
        "until": datetime(2025, 1, 1),
        "events_per_entity": 0.5,
    }


@pytest.mark.parametrize(
    "wrong",
    [{"entities": 0}, {"entities": 2**21 + 1}, {"events_per_entity": 0}, {"events_per_entity": -1}],
    ids=str,
)
def test_numbers_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        find_example("streaming").variables(until_utc=datetime(2025, 1, 1), **wrong)


def test_an_unknown_name_is_answered_with_the_known_ones() -> None:
    with pytest.raises(NotFound) as caught:
        find_example("orders")
    assert caught.value.code == "UNKNOWN_EXAMPLE"
    assert "payments, streaming, retail360" in str(caught.value.hint)
