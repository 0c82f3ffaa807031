"""`muster segment`, `refresh`, `run`, `export`: what was published, and how it is shown."""

from __future__ import annotations

import csv
import io
import json

import duckdb
import pytest

from tests.services.small_workspace import keys


def test_segments_are_listed_with_size_and_share(reading) -> None:
    found = {item["name"]: item for item in reading("segment", "list", "--json").json["items"]}
    assert found["quiet"]["current"]["size"] == len(keys(where="quiet"))
    assert found["quiet"]["current"]["share"] == len(keys(where="quiet")) / 40
    text = reading("segment", "list").out
    assert "quiet_spenders" in text
    assert "synthetic" not in text


def test_a_segment_is_shown_with_versions_and_sql(reading) -> None:
    found = reading("segment", "show", "quiet", "--json").json
    assert [version["version"] for version in found["versions"]] == [1]
    assert found["current"]["as_of"] == "2025-06-01T00:00:00Z"
    text = reading("segment", "show", "quiet").out
    assert found["sql"] in text
    assert f"{len(keys(where='quiet'))} of 40" in text


def test_members_are_shown_masked(reading) -> None:
    ran = reading("segment", "members", "viennese", "--limit", 2, "--columns", "name,city")
    assert ran.code == 0
    assert "***" in ran.out
    assert "Person" not in ran.out
    assert "2 of 13 members, version 1" in ran.out
    assert "--unmask" in ran.out
    found = reading("segment", "members", "viennese", "--columns", "city", "--json").json
    assert {item["user_id"] for item in found["items"]} == keys(where="viennese")
    assert found["size"] == found["total"] == 13
    assert not found["truncated"]


def test_members_are_unmasked_on_demand(muster) -> None:
    ran = muster("segment", "members", "viennese", "--limit", 1, "--columns", "name", "--unmask")
    assert "Person 3" in ran.out


def test_a_refresh_publishes_and_reports(muster) -> None:
    ran = muster("refresh", "quiet_spenders", "--as-of", "2025-06-21", "--json")
    assert ran.code == 0
    assert ran.err == ""
    found = {segment["name"]: segment for segment in ran.json["segments"]}
    assert set(found) == {"quiet_spenders", "quiet", "spenders"}
    assert found["quiet"]["version"] == 2
    assert found["quiet"]["entered"] > 0
    assert ran.json["as_of"] == "2025-06-21T00:00:00Z"

    text = muster("refresh", "--all", "--as-of", "2025-06-22").out
    assert "5 segments published" in text

    runs = muster("runs", "list", "--json").json
    assert [run["state"] for run in runs["items"]] == ["published"] * 3
    assert len(muster("runs", "list", "--limit", 1, "--json").json["items"]) == 1
    assert "published" in muster("runs", "list").out


def test_a_difference_is_shown_with_keys(muster) -> None:
    muster("refresh", "quiet", "--as-of", "2025-06-21")
    found = muster("segment", "diff", "quiet", "--json").json
    assert (found["before"]["version"], found["after"]["version"]) == (1, 2)
    assert found["entered"] == len(found["entered_sample"]) > 0
    text = muster("segment", "diff", "quiet", 2, 1, "--sample", 1).out
    assert "version 2 to version 1" in text
    assert ", …" in text


def test_an_explanation_is_a_tree(reading) -> None:
    member = min(keys(where="mail_to_win_back"))
    text = reading("segment", "explain", "mail_to_win_back", member).out
    assert f"user {member} is in mail_to_win_back (version 1" in text
    for part in (
        "yes all of",
        "found",
        "needed",
        "flips with",
        "left out if",
        "to flip:",
        "by itself:",
    ):
        assert part in text
    outsider = min(set(range(1, 41)) - keys(where="spenders"))
    text = reading("segment", "explain", "spenders", outsider).out
    assert f"user {outsider} is not in spenders" in text
    assert "1 condition stands in the way" in text


def test_an_explanation_as_json_has_the_evidence(reading) -> None:
    found = reading("segment", "explain", "spenders", 4, "--json").json
    assert found["member"] is True
    assert found["agrees_with_published"]
    leaf = found["where"]
    assert leaf["kind"] == "condition"
    assert leaf["evidence"]["total"] == 4
    assert leaf["evidence"]["rows"][0]["source"] == "payment"
    assert leaf["flip"]["words"]
    assert found["lapse"]["at"] is None


def test_lineage_is_a_tree_down_to_tables(reading) -> None:
    text = reading("segment", "lineage", "mail_to_win_back").out
    for part in ("segment quiet_spenders version 1", "table payments", "table suppression"):
        assert part in text
    found = reading("segment", "lineage", "quiet", "--json").json
    assert found["children"] == ["quiet_spenders"]
    assert {parent["name"] for parent in found["parents"]} == {"payments", "users"}


def test_an_export_to_stdout_is_the_data_alone(reading) -> None:
    ran = reading("export", "viennese", "--columns", "city")
    assert ran.code == 0
    rows = list(csv.DictReader(io.StringIO(ran.out)))
    assert {int(row["user_id"]) for row in rows} == keys(where="viennese")
    assert "13 members of viennese" in ran.err
    as_json = reading("export", "viennese", "--format", "json")
    assert {row["user_id"] for row in json.loads(as_json.out)} == keys(where="viennese")


@pytest.mark.parametrize("file_format", ["csv", "json", "parquet"])
def test_an_export_to_a_file_reports_what_it_wrote(reading, tmp_path, file_format) -> None:
    target = tmp_path / f"members.{file_format}"
    ran = reading(
        "export",
        "viennese",
        "--format",
        file_format,
        "--out",
        target,
        "--columns",
        "name",
        "--json",
    )
    assert ran.code == 0
    assert ran.err == ""
    assert ran.json["rows"] == 13
    assert ran.json["masked"] == ["name"]
    found = duckdb.sql(f"SELECT user_id FROM '{target}'").fetchall()
    assert {key for (key,) in found} == keys(where="viennese")


def test_json_report_and_data_do_not_share_stdout(reading) -> None:
    ran = reading("export", "viennese", "--json")
    assert ran.code == 2
    assert ran.error["code"] == "JSON_NEEDS_FILE"


def test_progress_and_questions_are_silent_without_a_terminal(muster) -> None:
    ran = muster("refresh", "--all")
    assert ran.err == ""
    assert "\x1b" not in ran.out
