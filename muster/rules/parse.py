"""Reads a rule from JSON: all faults at once, each with its JSON path.

Names of fields, events and segments are not looked up here; `resolve.py` does that.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from muster.base.errors import InvalidRule
from muster.rules.duration import day_after
from muster.rules.nodes import All, AnyOf, AtLeast, Definition, Limit, Member, Node, Not
from muster.rules.read_leaves import LEAF_READERS, Conditions, read_member
from muster.rules.read_windows import read_window
from muster.rules.reader import Reader, Reading, nearest, show, whole
from muster.rules.windows import Between, Window

MAX_DEPTH = 40
MAX_CONDITIONS = 500
_MAX_NODES = MAX_CONDITIONS * 10  # groups included
_GROUP_KEYS = ("all", "any", "not", "count")
_OPERATIONS = ("INTERSECTION", "UNION", "DIFFERENCE")
NODE_NAMES = (*_GROUP_KEYS, *LEAF_READERS)
DEFINITION_NAMES = (
    "v",
    "key",
    "subject",
    "universe",
    "tz",
    "as_of",
    "where",
    "conditions",
    "limit",
    "exclude",
    "ttl",
    "start_date",
    "end_date",
    "depends_on",
    "operation",
)


def parse_definition(value: Any) -> Definition:
    """Read a whole rule: an object with ``where`` (or ``conditions``), a bare list, or a bare node.

    Raises:
        InvalidRule: code INVALID_RULE, with every problem found.
    """
    reader = Reader()
    definition = read_definition(reader, value)
    if reader.problems or definition is None:
        raise InvalidRule.of("INVALID_RULE", "The rule", reader.problems)
    return definition


def parse_node(value: Any) -> Node:
    """Read one condition tree.

    Raises:
        InvalidRule: code INVALID_RULE, with every problem found.
    """
    reader = Reader()
    node = _TreeReader(reader).node(value, "$", 0)
    if reader.problems or node is None:
        raise InvalidRule.of("INVALID_RULE", "The condition", reader.problems)
    return node


def read_definition(reader: Reader, value: Any, path: str = "$") -> Definition | None:
    """Read a definition into ``reader``; None if there is no condition to keep."""
    tree = _TreeReader(reader)
    if isinstance(value, list) or (isinstance(value, dict) and is_node(value)):
        node = tree.node(value, path, 0)
        return None if node is None else Definition(node)
    if not isinstance(value, dict):
        reader.fault("BAD_RULE", path, "A rule is an object with a condition under where.")
        return None
    reading = Reading(reader, value, path)
    where = _where(tree, reading)
    definition = Definition(
        where=where if where is not None else All(()),
        universe=_universe(tree, reading),
        time_zone=_zone(reader, reading),
        limit=_limit(reader, reading),
        exclude=_exclude(tree, reading),
        default_window=_date_range(reader, reading),
        ttl=(
            reader.duration(reading.get("ttl"), reading.at("ttl"))
            if reading.get("ttl") is not None
            else None
        ),
    )
    if reading.get("v", 1) != 1:
        reader.fault("BAD_VERSION", reading.at("v"), "Only version 1 of the language is known.")
    for name in ("key", "subject"):
        reading.get(name)
    if reading.get("as_of", "run") != "run":
        reader.fault("BAD_AS_OF", reading.at("as_of"), 'as_of is always "run".')
    reading.finish()
    return None if where is None else definition


def is_node(value: dict[str, Any]) -> bool:
    """Whether an object is a condition by itself, not a definition around one."""
    return not any(name in value for name in ("where", "conditions", "depends_on")) or any(
        name in value for name in NODE_NAMES
    )


def _where(tree: _TreeReader, reading: Reading) -> Node | None:
    names = [name for name in ("where", "conditions") if name in reading]
    if len(names) == 2:
        tree.reader.fault("AMBIGUOUS", reading.path, "where and conditions are the same thing.")
    combined = _combination(tree, reading)
    if not names:
        if combined is None:
            tree.reader.fault("MISSING", reading.path, '"where" is missing: the condition.')
        return combined
    value = reading.get(names[0])
    reading.get(names[-1])
    if combined is not None and value in ([], None):
        return combined
    node = tree.node(value, reading.at(names[0]), 0)
    if combined is None or node is None:
        return node
    return All((combined, node))


def _combination(tree: _TreeReader, reading: Reading) -> Node | None:
    """Read depends_on + operation: how parent segments are combined."""
    parents, operation = reading.get("depends_on"), reading.get("operation")
    if parents in (None, []):
        if operation is not None:
            tree.reader.fault(
                "MISSING", reading.path, "operation needs depends_on, the segments to combine."
            )
        return None
    path = reading.at("depends_on")
    items = parents if isinstance(parents, list) else [parents]
    if len(items) > MAX_CONDITIONS:
        tree.reader.fault("TOO_LARGE", path, f"At most {MAX_CONDITIONS} segments are combined.")
        return None
    members: list[Node] = []
    for index, item in enumerate(items):
        name = str(item) if whole(item) is not None else item
        text = tree.reader.text(name, f"{path}[{index}]", longest=63)
        if text:
            members.append(Member(segment=text, path=f"{path}[{index}]"))
    kind = "INTERSECTION" if operation is None else operation
    kind = kind.upper() if isinstance(kind, str) else kind
    chosen = tree.reader.choice(kind, reading.at("operation"), _OPERATIONS, "operation")
    if not members or chosen is None:
        return None
    if chosen == "UNION":
        return AnyOf(tuple(members))
    if chosen == "DIFFERENCE":
        return All((members[0], *(Not(member) for member in members[1:])))
    return All(tuple(members))


def _universe(tree: _TreeReader, reading: Reading) -> str | Node | None:
    value = reading.get("universe")
    if value is None:
        return None
    if isinstance(value, str):
        return tree.reader.text(value, reading.at("universe"), longest=63)
    return tree.node(value, reading.at("universe"), 0)


def _zone(reader: Reader, reading: Reading) -> str | None:
    value = reading.get("tz")
    return None if value is None else reader.text(value, reading.at("tz"), longest=64)


def _limit(reader: Reader, reading: Reading) -> Limit | None:
    value = reading.get("limit")
    if value is None:
        return None
    if not isinstance(value, dict):
        reader.fault("BAD_LIMIT", reading.at("limit"), "limit is an object with n and rank_by.")
        return None
    inner = Reading(reader, value, reading.at("limit"))
    n = reader.integer(inner.require("n", "how many to keep"), inner.at("n"), low=1)
    rank_by = reader.text(
        inner.require("rank_by", "the metric or attribute to rank by"), inner.at("rank_by")
    )
    direction = inner.choice("dir", ("desc", "asc"), "desc")
    inner.choice("ties", ("user_key", "entity_key"), "user_key")
    inner.finish()
    return Limit(n, rank_by, direction == "desc", inner.path) if n and rank_by else None


def _exclude(tree: _TreeReader, reading: Reading) -> tuple[Member, ...]:
    value = reading.get("exclude")
    if value is None:
        return ()
    if not isinstance(value, list):
        tree.reader.fault(
            "BAD_EXCLUDE", reading.at("exclude"), "exclude is a list of lists and segments."
        )
        return ()
    found: list[Member] = []
    for index, item in enumerate(value):
        path = f"{reading.at('exclude')}[{index}]"
        if not isinstance(item, dict) or not ("list" in item or "segment" in item):
            tree.reader.fault("BAD_EXCLUDE", path, "Exclude a list or a segment by name.")
            continue
        inner = Reading(tree.reader, item, path)
        member = read_member(tree, inner)
        inner.finish()
        if member is not None and isinstance(member, Member):
            if not member.included:
                tree.reader.fault("BAD_EXCLUDE", path, "An exclusion cannot say in: false.")
            found.append(member)
    return tuple(found)


def _date_range(reader: Reader, reading: Reading) -> Window | None:
    """Read start_date/end_date; the end is inclusive: a whole day, or up to the named second."""
    ends: dict[str, date | datetime] = {}
    for name, end in (("start_date", "from"), ("end_date", "to")):
        value = reading.get(name)
        moment = None if value is None else reader.moment(value, reading.at(name))
        if moment is not None:
            ends[end] = moment if end == "from" else _after(moment)
    if not ends:
        return None
    window = read_window(reader, ends, reading.path)
    return window if isinstance(window, Between) else None


def _after(moment: date | datetime) -> date | datetime:
    """Return where a span ends whose last day (or second) is ``moment``."""
    if not isinstance(moment, datetime):
        return day_after(moment)
    try:
        return moment.replace(microsecond=0) + timedelta(seconds=1)
    except OverflowError:
        return moment


class _TreeReader(Conditions):
    """Reads nested groups; leaves are read by their own functions."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._conditions = 0
        self._nodes = 0

    def node(self, value: Any, path: str, depth: int) -> Node | None:
        """Read one node; None (and problems) if it is none."""
        self._nodes += 1
        self._conditions += not isinstance(value, list) and not _is_group(value)
        if depth > MAX_DEPTH:
            self.reader.fault("TOO_DEEP", path, f"Conditions nest deeper than {MAX_DEPTH} levels.")
            return None
        if self._conditions > MAX_CONDITIONS or self._nodes > _MAX_NODES:
            self.reader.fault(
                "TOO_LARGE", "$", f"The rule has more than {MAX_CONDITIONS} conditions."
            )
            return None
        if isinstance(value, list):
            return self._group("all", value, path, depth)
        if not isinstance(value, dict):
            self.reader.fault(
                "BAD_NODE", path, f"{show(value)} is not a condition.", "A condition is an object."
            )
            return None
        return self._object(value, path, depth)

    def _object(self, value: dict[str, Any], path: str, depth: int) -> Node | None:
        kinds = [name for name in NODE_NAMES if name in value]
        readers = {LEAF_READERS.get(name, name) for name in kinds}
        if len(readers) != 1:
            self._unclear(value, kinds, path)
            return None
        reading = Reading(self.reader, value, path)
        kind = kinds[0]
        if kind in LEAF_READERS:
            reading.depth = depth
            found = LEAF_READERS[kind](self, reading)
        elif kind == "not":
            child = self.node(reading.get("not"), reading.at("not"), depth + 1)
            found = None if child is None else Not(child)
        elif kind == "count":
            found = self._at_least(reading, depth)
        else:
            found = self._group(kind, reading.get(kind), reading.at(kind), depth)
        reading.finish()
        return found

    def _unclear(self, value: dict[str, Any], kinds: list[str], path: str) -> None:
        if kinds:
            sentence = f"A condition is one thing, but this is {' and '.join(kinds)}."
            self.reader.fault("AMBIGUOUS", path, sentence, "Put them in an all group.")
            return
        hint = next((hint for name in value if (hint := nearest(name, NODE_NAMES))), None)
        self.reader.fault(
            "BAD_NODE",
            path,
            "This object is not a condition: it names none of " + ", ".join(NODE_NAMES) + ".",
            hint,
        )

    def _group(self, kind: str, value: Any, path: str, depth: int) -> Node | None:
        children = self._children(value, path, depth)
        if children is None:
            return None
        return All(children) if kind == "all" else AnyOf(children)

    def _children(self, value: Any, path: str, depth: int) -> tuple[Node, ...] | None:
        if not isinstance(value, list):
            self.reader.fault("BAD_GROUP", path, "A group is a list of conditions.")
            return None
        if not value:
            self.reader.fault(
                "EMPTY_GROUP",
                path,
                "A group needs at least one condition.",
                "An empty group could mean everyone or no one, so it is refused.",
            )
            return None
        found = [self.node(item, f"{path}[{index}]", depth + 1) for index, item in enumerate(value)]
        return tuple(node for node in found if node is not None)

    def _at_least(self, reading: Reading, depth: int) -> Node | None:
        path = reading.at("count")
        children = self._children(
            reading.require("of", "the conditions to count"), reading.at("of"), depth
        )
        value = reading.get("count")
        if not isinstance(value, dict):
            self.reader.fault("BAD_COUNT", path, 'count is an object: {"op": ">=", "n": 2}.')
            return None
        inner = Reading(self.reader, value, path)
        op = inner.choice("op", (">=", ">", "=", "<=", "<"), ">=")
        n = self.reader.integer(
            inner.require("n", "how many conditions"), inner.at("n"), high=MAX_CONDITIONS + 1
        )
        inner.finish()
        return None if children is None or n is None else _counted(op, n, children)


def _is_group(value: Any) -> bool:
    return isinstance(value, dict) and any(name in value for name in _GROUP_KEYS)


def _counted(op: str, n: int, children: tuple[Node, ...]) -> Node:
    """Say every comparison with "at least": at most n is not at least n + 1, and so on."""
    more = min(n, MAX_CONDITIONS) + 1  # no group has more children than that
    match op:
        case ">=":
            return AtLeast(n, children)
        case ">":
            return AtLeast(more, children)
        case "<":
            return Not(AtLeast(n, children))
        case "<=":
            return Not(AtLeast(more, children))
        case _:
            return All((AtLeast(n, children), Not(AtLeast(more, children))))
