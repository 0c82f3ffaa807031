"""Polars' run: one query per rule on frames in memory; loading them is stated apart.

Run as ``python -m bench.contender_polars WAREHOUSE FOLDER RESULT`` in Polars' environment.
"""

from __future__ import annotations

import math
import sys
from functools import reduce
from pathlib import Path
from typing import Any

import polars as pl

from bench.figures import Figures, size_mb
from bench.places import TABLES, prepared_folder
from bench.reading import EARTH_KM, Compared, Gate, Near, Node, Rows, Test, aggregates, read
from bench.workload import AS_OF, Rule, hundred_rules

_COMPARISONS = {"=": "eq", ">": "gt", ">=": "ge", "<": "lt", "<=": "le"}
_CENTS = 100


def load(folder: Path) -> dict[str, pl.DataFrame]:
    """Read the tables; money in whole cents, repeated words as codes: what is fast in Polars."""
    frames = {name: pl.read_parquet(folder / f"{name}.parquet") for name in TABLES}
    frames["transactions"] = frames["transactions"].with_columns(
        (pl.col("amount") * _CENTS).round().cast(pl.Int64),
        pl.col("category", "merchant").cast(pl.Categorical),
    )
    frames["impressions"] = frames["impressions"].with_columns(
        pl.col("channel").cast(pl.Categorical)
    )
    return frames


def members(rule: Rule, frames: dict[str, pl.DataFrame], made: dict[str, Any]) -> pl.DataFrame:
    """Return a rule's members, one column ``user_id``."""
    if "depends_on" in rule:
        parents = [made[name] for name in rule["depends_on"]]
        if rule["operation"] == "UNION":
            return pl.concat(parents).unique()
        how = "semi" if rule["operation"] == "INTERSECTION" else "anti"
        return reduce(lambda left, right: left.join(right, on="user_id", how=how), parents)
    node = read(rule["where"], AS_OF)
    found = {one: _members(one, frames) for one in aggregates(node)}
    return frames["users"].lazy().filter(_condition(node, found)).select("user_id").collect()


def _condition(node: Node, compared: dict[Compared, pl.Expr]) -> pl.Expr:
    match node:
        case Gate("not", (child,)):
            return ~_condition(child, compared)
        case Gate(kind, children):
            found = [_condition(child, compared) for child in children]
            return pl.all_horizontal(found) if kind == "all" else pl.any_horizontal(found)
        case Near():
            return _near(node)
        case Compared():
            return compared[node]
        case Test():
            return _test(node)


def _members(node: Compared, frames: dict[str, pl.DataFrame]) -> pl.Expr:
    """Return membership among the users whose rows fulfil a comparison.

    A sixth less processor time than joining the aggregates to the users.
    """
    rows = _rows(node.rows, frames)
    outside = node.true_without_rows
    if node.kind == "count" and (node.op, node.value) in ((">=", 1), ("=", 0)):
        rows = rows.select("user_id").unique()
    else:
        truth = getattr(_aggregate(node), _COMPARISONS[node.op])(_value(node))
        rows = rows.group_by("user_id").agg(truth.alias("is"))
        rows = rows.filter(~pl.col("is") if outside else pl.col("is")).select("user_id")
    inside = pl.col("user_id").is_in(rows.collect()["user_id"].implode())
    return ~inside if outside else inside


def _aggregate(node: Compared) -> pl.Expr:
    """Return an aggregate; an average as the sum of the differences from what it is compared to."""
    column = pl.col(node.column)
    match node.kind:
        case "count":
            return pl.len()
        case "sum":
            return column.sum()
        case "max":
            return column.max()
        case _:
            return column.sum() - _cents(node) * pl.len().cast(pl.Int64)


def _value(node: Compared) -> Any:
    return 0 if node.kind == "average" else _cents(node)


def _cents(node: Compared) -> Any:
    return node.value * _CENTS if node.column == "amount" else node.value


def _rows(rows: Rows, frames: dict[str, pl.DataFrame]) -> pl.LazyFrame:
    found = frames[rows.table].lazy()
    tests = [_test(test) for test in rows.tests]
    if rows.start is not None:
        tests.append(pl.col(rows.at) >= rows.start)
    if rows.end is not None:
        tests.append(pl.col(rows.at) < rows.end)
    return found.filter(tests) if tests else found


def _test(test: Test) -> pl.Expr:
    column = pl.col(test.column)
    match test.op:
        case "between":
            return column.is_between(*test.value)
        case "in":
            return column.is_in(list(test.value))
        case "has":
            return column.list.contains(test.value)
        case _:
            value = test.value * _CENTS if test.column == "amount" else test.value
            return getattr(column, _COMPARISONS[test.op])(value)


def _near(near: Near) -> pl.Expr:
    latitude, longitude = pl.col("latitude"), pl.col("longitude")
    half_chord = ((latitude - near.latitude).radians() / 2).sin() ** 2 + math.cos(
        math.radians(near.latitude)
    ) * latitude.radians().cos() * ((longitude - near.longitude).radians() / 2).sin() ** 2
    return latitude.is_between(*near.band) & (2 * EARTH_KM * half_chord.sqrt().arcsin() <= near.km)


def refresh(warehouse: Path, folder: Path) -> Figures:
    """Refresh every rule by itself, each to a Parquet file, and return what it took."""
    figures = Figures()
    with figures.stated_apart("load the tables"):
        frames = load(prepared_folder(warehouse))
    made: dict[str, pl.DataFrame] = {}
    with figures.timed():
        for rule in hundred_rules():
            with figures.stage("rules by themselves" if "where" in rule else "set operations"):
                made[rule["name"]] = members(rule, frames, made)
        with figures.stage("write Parquet"):
            for name, found in made.items():
                found.write_parquet(folder / f"{name}.parquet")
    figures.output_mb = size_mb(folder)
    for name, found in made.items():
        figures.add_members(name, found["user_id"].to_numpy())
    figures.versions = {"Polars": pl.__version__}
    return figures


if __name__ == "__main__":
    refresh(Path(sys.argv[1]), Path(sys.argv[2])).write(Path(sys.argv[3]))
