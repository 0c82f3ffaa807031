"""`muster segment overlap|history`, `muster rule history`, and members that changed."""

from __future__ import annotations

import csv
import io

import pytest

from muster.cli.output import sparkline
from tests.services.small_workspace import keys

AS_OF = ("--as-of", "2025-06-01")


def test_an_overlap_is_a_matrix_for_people_and_for_programs(reading) -> None:
    viennese, spenders = keys(where="viennese"), keys(where="spenders")
    common = len(viennese & spenders)
    found = reading("segment", "overlap", "viennese", "spenders", "--regions", "--json").json
    assert found["intersections"] == [[len(viennese), common], [common, len(spenders)]]
    assert found["estimated"] is False
    assert {"segments": ["viennese", "spenders"], "size": common} in found["regions"]
    text = reading("segment", "overlap", "--measure", "intersection").out
    assert "quiet_spenders" in text
    assert str(common) in text
    jaccard = common / len(viennese | spenders)
    text = reading("segment", "overlap", "viennese", "spenders", "--measure", "jaccard").out
    assert f"{jaccard:.1%}" in text


def test_pairs_come_as_csv_with_the_intervals_of_estimates(reading) -> None:
    ran = reading("segment", "overlap", "--csv", "--sketch")
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert len(rows) == 10
    for row in rows:
        common = keys(where=row["first"]) & keys(where=row["second"])
        assert int(row["intersection"]) == int(row["low"]) == int(row["high"]) == len(common)
    assert "Estimates" in reading("segment", "overlap", "--sketch").out
    assert "low" not in reading("segment", "overlap", "--csv").out


def test_of_many_segments_the_pairs_that_overlap_most_are_shown(reading, monkeypatch) -> None:
    monkeypatch.setattr("muster.cli.segment_overlap.WIDEST", 1)
    monkeypatch.setattr("muster.cli.segment_overlap._PAIRS_SHOWN", 2)
    text = reading("segment", "overlap").out
    assert "2 of 10 pairs" in text


def test_the_history_of_a_segment_and_of_one_entity(muster) -> None:
    assert muster("refresh", "quiet", "--as-of", "2025-06-21", "--json").code == 0
    text = muster("segment", "history", "quiet").out
    assert "members kept" in text
    found = muster("segment", "history", "quiet", "--json").json["versions"]
    assert [one["version"] for one in found] == [1, 2]
    entered = muster("segment", "members", "quiet", "--change", "entered", "--json").json
    assert entered["size"] == found[1]["entered"] > 0
    key = entered["items"][0]["user_id"]
    spells = muster("segment", "history", "quiet", "--entity", key, "--json").json["spells"]
    assert [one["member"] for one in spells] == [False, True]
    assert "not a member" in muster("segment", "history", "quiet", "--entity", key).out
    then = muster("segment", "members", "quiet", "--at", "2025-06-10", "--json").json
    assert (then["version"], then["size"]) == (1, len(keys(where="quiet")))
    assert (
        "that entered, version 2"
        in muster("segment", "members", "quiet", "--change", "entered").out
    )
    exported = muster("export", "quiet", "--change", "entered")
    assert exported.out.split()[1:] == [str(item["user_id"]) for item in entered["items"]]
    assert muster("segment", "history", "quiet", "--entity", "nobody").code != 0


def test_a_rule_has_a_past_and_a_next_fortnight(reading) -> None:
    rule = '{"where": {"did": "payment", "window": {"last": "P30D"}}}'
    found = reading("rule", "history", rule, "--days", 20, *AS_OF, "--json").json
    assert len(found["points"]) == 21
    assert len(found["leaving"]) == 14
    assert found["points"][-1]["as_of"] == "2025-06-01T00:00:00Z"
    text = reading("rule", "history", "quiet", "--days", 20, "--at", "06:00", *AS_OF).out
    assert "The last 14 of 21 days" in text
    assert "2025-05-31 06:00 UTC" in text
    assert "leave within 14 days unless something happens" in text


@pytest.mark.parametrize(
    ("numbers", "drawn"), [([], ""), ([0, 0], "▁▁"), ([0, 50, 100], "▁▅█"), ([7], "█")]
)
def test_a_sparkline_stands_on_zero(numbers, drawn) -> None:
    assert sparkline(numbers) == drawn
