"""YAML that is written reads back as what it was, and looks as people write it."""

from __future__ import annotations

from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from muster.model.yaml_text import read_yaml
from muster.model.yaml_write import block

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.decimals(allow_nan=False, allow_infinity=False, places=3)
    | st.text(max_size=12)
    | st.sampled_from(["on", "007", "1e3", "a: b", "- x", "# y", "", "null", "z" * 90])
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=6), inner),
    max_leaves=20,
)


@settings(max_examples=300)
@given(st.dictionaries(st.text(min_size=1, max_size=6), VALUES, max_size=4))
def test_what_is_written_line_by_line_reads_back(value) -> None:
    assert read_yaml(block(value)) == (value, ())


def test_conditions_stand_in_lines_of_their_own() -> None:
    rule = {
        "name": "vip",
        "tags": ["a", "b"],
        "where": {
            "all": [
                {"field": "age", "op": ">=", "value": Decimal("30.5")},
                {"any": [{"did": "view", "times": {"op": "=", "n": 0}}, {"segment": "quiet"}]},
                {"metric": "spend", "op": ">", "value": "x" * 80},
            ]
        },
        "limit": {"n": 9, "rank_by": "spend"},
        "exclude": [{"list": "suppression"}],
    }
    assert (
        block(rule)
        == f"""\
name: vip
tags: [a, b]
where:
  all:
    - {{field: age, op: ">=", value: 30.5}}
    - any:
        - {{did: view, times: {{op: "=", "n": 0}}}}
        - {{segment: quiet}}
    - metric: spend
      op: ">"
      value: {"x" * 80}
limit: {{"n": 9, rank_by: spend}}
exclude:
  - {{list: suppression}}
"""
    )
