"""Requests made from the OpenAPI document: one plain example each, and where it holds text."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

STREAMS = ("/api/runs/stream", "/api/orders/stream")
"""They never end by themselves, so a plain client would wait for ever."""


@dataclass(frozen=True)
class Asked:
    """One request to one operation."""

    method: str
    template: str
    path: dict[str, str]
    query: dict[str, Any]
    headers: dict[str, str]
    body: Any = None

    @property
    def url(self) -> str:
        from urllib.parse import quote

        found = self.template
        for name, value in self.path.items():
            found = found.replace("{" + name + "}", quote(value, safe=""))
        return found

    def __str__(self) -> str:
        return f"{self.method.upper()} {self.template}"


class Examples:
    """Builds examples from the schemas of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def requests(self) -> Iterator[Asked]:
        """Yield one example of every operation that ends."""
        for template, operations in self._document["paths"].items():
            if template in STREAMS:
                continue
            for method, operation in operations.items():
                yield self._request(template, method, operation)

    def _request(self, template: str, method: str, operation: dict[str, Any]) -> Asked:
        places: dict[str, dict[str, Any]] = {"path": {}, "query": {}, "header": {}, "cookie": {}}
        for parameter in operation.get("parameters", []):
            value = self.example(parameter.get("schema", {}))
            if value is not None:
                places[parameter["in"]][parameter["name"]] = value
        content = operation.get("requestBody", {}).get("content", {})
        schema = content.get("application/json", {}).get("schema")
        return Asked(
            method,
            template,
            {name: str(value) for name, value in places["path"].items()},
            places["query"],
            {name: str(value) for name, value in places["header"].items()},
            None if schema is None else self.example(schema),
        )

    def example(self, schema: dict[str, Any]) -> Any:
        """Return one value a schema allows, as near to its author's example as it tells."""
        if "$ref" in schema:
            found: dict[str, Any] = self._document
            for part in schema["$ref"].removeprefix("#/").split("/"):
                found = found[part]
            return self.example(found)
        if schema.get("examples"):
            return schema["examples"][0]
        for name in ("default", "const"):
            if schema.get(name) is not None:
                return schema[name]
        if schema.get("enum"):
            return schema["enum"][0]
        for name in ("anyOf", "oneOf", "allOf"):
            if name in schema:
                options = [item for item in schema[name] if item.get("type") != "null"]
                return self.example(options[0]) if options else None
        return self._by_type(schema)

    def _by_type(self, schema: dict[str, Any]) -> Any:
        match schema.get("type"):
            case "object":
                return {
                    name: self.example(item) for name, item in schema.get("properties", {}).items()
                }
            case "array":
                return [self.example(schema.get("items", {}))]
            case "integer" | "number":
                return schema.get("minimum", 1)
            case "boolean":
                return True
            case "string":
                return "2026-01-01T00:00:00Z" if schema.get("format") == "date-time" else "text"
        return None


def with_text(asked: Asked, text: str) -> Iterator[Asked]:
    """Yield the request with each of its texts replaced, one at a time."""
    for name in asked.path:
        yield replace(asked, path={**asked.path, name: text})
    for name, value in asked.query.items():
        if isinstance(value, str):
            yield replace(asked, query={**asked.query, name: text})
    for body in replaced(asked.body, text):
        yield replace(asked, body=body)


def replaced(value: Any, text: str) -> Iterator[Any]:
    """Yield copies of a JSON value in which one text is another.

    >>> list(replaced({"a": "x", "b": ["y", 1]}, "!"))
    [{'a': '!', 'b': ['y', 1]}, {'a': 'x', 'b': ['!', 1]}]
    """
    if isinstance(value, str):
        yield text
    elif isinstance(value, dict):
        for name, item in value.items():
            for changed in replaced(item, text):
                yield {**value, name: changed}
    elif isinstance(value, list):
        for place, item in enumerate(value):
            for changed in replaced(item, text):
                yield [*value[:place], changed, *value[place + 1 :]]
