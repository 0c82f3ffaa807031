"""The segments and lists a rule speaks of: finding them, and giving them other names."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from muster.rules.nodes import (
    All,
    AnyOf,
    AtLeast,
    Definition,
    Member,
    Node,
    Not,
    children_of,
)
from muster.rules.parse import parse_definition
from muster.rules.reader import whole


def members_in(
    definition: Definition, *, universes: Mapping[str, Any] | None = None
) -> tuple[Member, ...]:
    """Return every membership condition: in the condition, the universe, the exclusions.

    Args:
        universes: the data model's universes (name -> rule JSON), so that one named by the rule is
            looked into as well; None = do not.

    Raises:
        InvalidRule: the named universe is malformed.
    """
    found: list[Member] = []
    roots: list[Node] = [definition.where, *definition.exclude]
    if definition.universe is not None and not isinstance(definition.universe, str):
        roots.append(definition.universe)
    elif isinstance(definition.universe, str) and universes:
        named = universes.get(definition.universe.rpartition(".")[2])
        if named is not None:
            roots.append(parse_definition(named).where)
    while roots:
        node = roots.pop(0)
        if isinstance(node, Member):
            found.append(node)
        roots += children_of(node)
    return tuple(found)


def rename_segments(
    definition: Definition, raw: Any, name_of: Callable[[str], str]
) -> tuple[Definition, Any]:
    """Give every segment a definition (and its JSON) speaks of the name ``name_of`` returns."""
    universe = definition.universe
    if universe is not None and not isinstance(universe, str):
        universe = _renamed(universe, name_of)
    excluded = tuple(_member(member, name_of) for member in definition.exclude)
    changed = replace(
        definition,
        where=_renamed(definition.where, name_of),
        universe=universe,
        exclude=excluded,
    )
    return changed, _renamed_json(raw, name_of)


def _renamed(node: Node, name_of: Callable[[str], str]) -> Node:
    match node:
        case All(children):
            return All(tuple(_renamed(child, name_of) for child in children))
        case AnyOf(children):
            return AnyOf(tuple(_renamed(child, name_of) for child in children))
        case AtLeast(n, children):
            return AtLeast(n, tuple(_renamed(child, name_of) for child in children))
        case Not(child):
            return Not(_renamed(child, name_of))
        case Member():
            return _member(node, name_of)
        case _:
            return node


def _member(node: Member, name_of: Callable[[str], str]) -> Member:
    return node if node.segment is None else replace(node, segment=name_of(node.segment))


def _renamed_json(value: Any, name_of: Callable[[str], str]) -> Any:
    """Rename ``segment`` and ``depends_on`` in the JSON; values of other names are left alone."""
    if isinstance(value, list | tuple):
        return [_renamed_json(item, name_of) for item in value]
    if not isinstance(value, dict):
        return value
    out: dict[str, Any] = {}
    for name, item in value.items():
        if name == "segment" and item is not None:
            out[name] = name_of(_text(item))
        elif name == "depends_on" and item is not None:
            items = item if isinstance(item, list | tuple) else [item]
            out[name] = [name_of(_text(entry)) for entry in items]
        elif name == "value":
            out[name] = item
        else:
            out[name] = _renamed_json(item, name_of)
    return out


def _text(value: Any) -> str:
    number = whole(value)
    return str(value) if number is None else str(number)
