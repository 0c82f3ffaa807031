"""Rules over real, dirty data against answers written by hand in SQL, as an analyst would."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from muster.base.datamodel import DataModel
from muster.engines.duckdb import DuckDBWarehouse
from tests.examples.asking import missing_columns, rows_of
from tests.examples.evaluating import definition_of, members_of, read_model, read_rules

REPOSITORY = Path(__file__).parents[2]
EXPECTED = Path(__file__).parent / "real"
SOURCE = Path(os.environ.get("MUSTER_REAL_DATA", REPOSITORY.parent / "shared" / "data"))
AS_OF = {
    "online_retail": datetime(2011, 12, 10, tzinfo=UTC),
    "complete_journey": datetime(2018, 1, 1, 5, tzinfo=UTC),
}
RULES = [
    pytest.param(name, rule, id=f"{name}-{rule}")
    for name in AS_OF
    for rule in read_rules(REPOSITORY / "examples" / "real" / name / "rules.yml")
]

pytestmark = [
    pytest.mark.real_data,
    pytest.mark.skipif(
        not (SOURCE / "online-retail").is_dir(),
        reason=f"no real data in {SOURCE}; name its folder in MUSTER_REAL_DATA",
    ),
]


@dataclass(frozen=True)
class RealSet:
    """A real data set, loaded, and the members of all its rules."""

    model: DataModel
    warehouse: DuckDBWarehouse
    members: dict[str, set[Any]]

    def answer(self, query: str) -> list[tuple[Any, ...]]:
        """Run a query over the loaded tables."""
        return rows_of(self.warehouse, query)


@pytest.fixture(scope="module")
def real_sets(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, RealSet]]:
    found: dict[str, RealSet] = {}
    for name, as_of in AS_OF.items():
        folder = tmp_path_factory.mktemp(name)
        files = REPOSITORY / "examples" / "real" / name
        warehouse = DuckDBWarehouse.in_memory()
        warehouse.script(files / "load.sql", {"source": str(SOURCE)})
        model = read_model(files / "model.yml")
        definitions = {
            rule: definition_of(entry) for rule, entry in read_rules(files / "rules.yml").items()
        }
        members = members_of(model, definitions, warehouse, as_of=as_of, folder=folder)
        warehouse.connection.execute(f"SET VARIABLE source = '{SOURCE}'").fetchall()
        found[name] = RealSet(model, warehouse, members)
    yield found
    for real in found.values():
        real.warehouse.close()


@pytest.mark.parametrize(("name", "rule"), RULES)
def test_a_rule_finds_whom_an_analyst_finds(
    real_sets: dict[str, RealSet], name: str, rule: str
) -> None:
    real = real_sets[name]
    query = (EXPECTED / name / f"{rule}.sql").read_text(encoding="utf-8")
    expected = {key for (key,) in real.answer(query)}
    assert expected, "an empty answer would prove nothing"
    assert real.members[rule] == expected


def test_the_loader_of_online_retail_says_what_it_found(real_sets: dict[str, RealSet]) -> None:
    real = real_sets["online_retail"]
    # the figures the publisher of the data and others report of it
    assert real.answer("FROM muster_load_report") == [
        ("lines", 541_909, 401_604, 5_225, 135_080, 0)
    ]
    notes = dict(real.answer("FROM muster_load_notes"))
    adjustments = "of these: negative quantities that are no cancellations, marked as adjustment"
    assert notes[adjustments] == 1_336
    assert notes["lines that cost nothing, kept"] == 40
    assert real.answer("SELECT count(*) FROM customers") == [(4_372,)]


def test_the_loader_of_complete_journey_says_what_it_found(real_sets: dict[str, RealSet]) -> None:
    real = real_sets["complete_journey"]
    report = {row[0]: row[1:] for row in real.answer("FROM muster_load_report")}
    assert report["purchases"] == (75_000, 75_000, 0, 0, 0)
    assert report["redemptions"] == (2_102, 2_102, 0, 0, 0)
    notes = dict(real.answer("FROM muster_load_notes"))
    assert notes["product numbers in scientific notation, written out"] == 1
    assert real.answer("SELECT count(*), count(*) FILTER (known) FROM households") == [(2_379, 801)]


def test_times_of_day_are_those_of_a_shop(real_sets: dict[str, RealSet]) -> None:
    """A wrong zone would move opening hours: the gift shop writes invoices from 6 to 20 o'clock."""
    hours = real_sets["online_retail"].answer(
        "SELECT min(hour(at_home)), max(hour(at_home)) FROM (SELECT invoiced_at AT TIME ZONE 'UTC'"
        " AT TIME ZONE 'Europe/London' AS at_home FROM lines)"
    )
    assert hours == [(6, 20)]
    days = real_sets["complete_journey"].answer(
        "SELECT min(day), max(day) FROM (SELECT (purchased_at AT TIME ZONE 'UTC'"
        " AT TIME ZONE 'America/New_York')::DATE AS day FROM purchases)"
    )
    assert [str(day) for day in days[0]] == ["2017-01-01", "2017-12-31"]


def test_the_columns_of_the_models_exist(real_sets: dict[str, RealSet]) -> None:
    for real in real_sets.values():
        assert missing_columns(real.model, real.warehouse) == []
