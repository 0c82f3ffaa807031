"""YAML as Muster reads it: plain values only, exact numbers, no repeated keys, bounded size.

Scalars follow YAML 1.2, so ``on``, ``off``, ``yes`` and ``no`` are text. Dates stay text too, and
so do digits with a leading zero (postcodes), because turning them into numbers loses the zero.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import yaml

from muster.base.errors import InvalidModel, Problem
from muster.model.names import child

MAX_BYTES = 1_000_000
MAX_VALUES = 100_000  # after aliases are followed: a bomb of nested aliases ends here
MAX_DEPTH = 60
MAX_DIGITS = 400  # far above any figure, far below what makes printing the number slow

_CORE = "tag:yaml.org,2002:"


class _CoreLoader(yaml.SafeLoader):
    """Composes nodes only; the values are made below."""

    yaml_implicit_resolvers = {}  # noqa: RUF012 (the base class's own attribute, replaced)


for _tag, _pattern, _first in (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("int", r"[-+]?(?:0|[1-9][0-9]*)", "-+0123456789"),
    ("float", r"[-+]?(?:0|[1-9][0-9]*)?(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
):
    _letters = ["" if letter == "\0" else letter for letter in _first]
    _CoreLoader.add_implicit_resolver(f"{_CORE}{_tag}", re.compile(f"(?:{_pattern})$"), _letters)


def read_yaml(text: str) -> tuple[Any, tuple[Problem, ...]]:
    """Parse one YAML document into dicts, lists, str, int, Decimal, bool and None.

    Returns:
        The value and the faults inside it (repeated keys, foreign tags); with faults the value is
        still usable for finding further ones.

    Raises:
        InvalidModel: the text is too long, or not YAML at all.
    """
    if len(text.encode("utf-8", errors="replace")) > MAX_BYTES:
        raise _refused("TOO_LARGE", f"The document is longer than {MAX_BYTES:,} bytes.")
    try:
        node = yaml.compose(text, Loader=_CoreLoader)
    except yaml.YAMLError as error:
        raise _refused("BAD_YAML", f"This is not valid YAML: {_reason(error)}.") from error
    except RecursionError as error:
        raise _refused("TOO_DEEP", "The document nests too deeply.") from error
    converter = _Converter()
    value = None if node is None else converter.convert(node, "$", 0)
    return value, tuple(converter.problems)


class _Converter:
    """Turns nodes into values, noting faults; one converter serves one document."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._values_left = MAX_VALUES

    def convert(self, node: yaml.Node, path: str, depth: int) -> Any:
        self._values_left -= 1
        if self._values_left < 0:
            raise _refused("TOO_LARGE", f"The document holds more than {MAX_VALUES:,} values.")
        if depth > MAX_DEPTH:
            raise _refused("TOO_DEEP", f"The document nests deeper than {MAX_DEPTH} levels.")
        if isinstance(node, yaml.MappingNode) and node.tag == f"{_CORE}map":
            return self._mapping(node, path, depth)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{_CORE}seq":
            return [
                self.convert(item, child(path, position), depth + 1)
                for position, item in enumerate(node.value)
            ]
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        return self._foreign(node, path)

    def _mapping(self, node: yaml.MappingNode, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._fault("BAD_YAML", path, "A key must be a single word or text.", key_node)
                continue
            key = self._text(key_node, path)
            if key in found:
                self._fault("DUPLICATE_KEY", child(path, key), f'"{key}" occurs twice.', key_node)
                continue
            found[key] = self.convert(value_node, child(path, key), depth + 1)
        return found

    def _scalar(self, node: yaml.ScalarNode, path: str) -> Any:
        text = self._text(node, path)
        match node.tag.removeprefix(_CORE):
            case "str":
                return text
            case "null":
                return None
            case "bool":
                return text.lower() == "true"
            case "int" | "float" as kind:
                return self._number(text, kind, path, node)
        return self._foreign(node, path)

    def _text(self, node: yaml.ScalarNode, path: str) -> str:
        """Return the text; JSON writes letters beyond 16 bits as two halves, which are joined."""
        text = str(node.value)
        if text.isascii():
            return text
        try:
            return text.encode("utf-16", "surrogatepass").decode("utf-16")
        except UnicodeDecodeError:
            self._fault("BAD_YAML", path, "This text holds half a letter.", node)
            return ""

    def _number(self, text: str, kind: str, path: str, node: yaml.Node) -> Any:
        if not re.search(r"[0-9]", text):
            return text  # "-", "." and the like
        if len(text) <= MAX_DIGITS:
            if kind == "int":
                return int(text)
            number = Decimal(text)
            if abs(number.adjusted()) <= MAX_DIGITS:
                return number
        self._fault("BAD_NUMBER", path, f"This number has more than {MAX_DIGITS} digits.", node)
        return None

    def _foreign(self, node: yaml.Node, path: str) -> None:
        tag = node.tag.replace(_CORE, "!!")
        self._fault("BAD_YAML", path, f"The YAML tag {tag} is not allowed here.", node)

    def _fault(self, code: str, path: str, sentence: str, node: yaml.Node) -> None:
        line = node.start_mark.line + 1
        self.problems.append(Problem(code, path, sentence, f"See line {line}."))


def _refused(code: str, sentence: str) -> InvalidModel:
    return InvalidModel(
        "INVALID_MODEL", sentence, path="$", problems=(Problem(code, "$", sentence),)
    )


def _reason(error: yaml.YAMLError) -> str:
    if isinstance(error, yaml.MarkedYAMLError) and error.problem_mark is not None:
        mark = error.problem_mark
        return f"{error.problem} (line {mark.line + 1}, column {mark.column + 1})"
    return str(error).splitlines()[0]
