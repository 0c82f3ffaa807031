"""The registry of operators agrees with itself and with everything made from it."""

from __future__ import annotations

import pytest

from muster.base.datamodel import FieldType
from muster.rules.operators import (
    COUNT_OPERATORS,
    EVERY,
    METRIC_OPERATORS,
    OPERATORS,
    Operator,
)

TAKES = {"none", "one", "many", "range", "text", "pattern", "duration"}


@pytest.mark.parametrize("operator", OPERATORS.values(), ids=lambda operator: operator.key)
def test_an_operator_is_complete(operator: Operator) -> None:
    assert OPERATORS[operator.key] is operator
    assert operator.label
    assert operator.takes in TAKES
    assert operator.types
    assert operator.types <= EVERY


def test_metrics_and_counts_use_known_operators() -> None:
    assert set(METRIC_OPERATORS) <= set(OPERATORS)
    assert set(COUNT_OPERATORS) <= set(METRIC_OPERATORS)


@pytest.mark.parametrize("kind", list(FieldType))
def test_every_type_can_be_asked_whether_it_has_a_value(kind: FieldType) -> None:
    assert kind in OPERATORS["exists"].types
    assert kind in OPERATORS["missing"].types


def test_labels_tell_operators_of_one_type_apart() -> None:
    for kind in FieldType:
        labels = [entry.label for entry in OPERATORS.values() if kind in entry.types]
        assert len(set(labels)) == len(labels), kind
