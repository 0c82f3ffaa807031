"""Reads a rule that has no name yet: what is counted, explained or checked while it is written."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from muster.base.errors import InvalidRule
from muster.rules.document import read_documents
from muster.rules.nodes import Definition
from muster.rules.parse import is_node, parse_definition

NAME = "this_rule"


def read_rule(value: Any) -> Definition:
    """Read a rule document with or without a name, a definition, or a bare condition.

    Raises:
        InvalidRule: with every problem; paths begin at what was sent, whichever form it has.
    """
    if isinstance(value, dict) and not is_node(value):
        (document,) = read_documents({"name": NAME, **value})
        return document.definition
    try:
        (document,) = read_documents({"name": NAME, "where": value})
    except InvalidRule as error:
        problems = [
            replace(one, path=f"${one.path.removeprefix('$.where')}")
            if one.path.startswith("$.where")
            else one
            for one in error.problems
        ]
        raise InvalidRule.of("INVALID_RULE", "The rule", problems) from error
    return parse_definition(document.raw["where"])
