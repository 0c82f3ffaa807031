"""Writes the web's types from the API's description and the rule's schema: `make web-types`.

Each file begins with a digest of what it was made of; a test compares it, so that types which are
out of date fail without Node being there.
"""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from pathlib import Path
from typing import Any

from muster.api.app import create_app

WEB = Path(__file__).parents[1] / "web"
_GENERATOR = WEB / "tools/node_modules/.bin/openapi-typescript"
_CONSTRAINTS = {"required", "not", "if", "then", "else", "properties"}
_RULE_SCHEMA = Path(__file__).parents[1] / "docs/reference/rule.schema.json"


def sources() -> dict[Path, dict[str, Any]]:
    """Return each file of types with the OpenAPI document it is made of."""
    rule = json.loads(_RULE_SCHEMA.read_text().replace("#/$defs/", "#/components/schemas/"))
    return {
        WEB / "src/api/schema.d.ts": _with_one_error(create_app().openapi()),
        WEB / "src/api/rule.d.ts": {
            "openapi": "3.1.0",
            "info": {"title": rule["title"], "version": "1"},
            "paths": {},
            "components": {"schemas": _without_bare_alternatives(rule["$defs"])},
        },
    }


def _with_one_error(document: dict[str, Any]) -> dict[str, Any]:
    """Return it with one description of all failures of a request: they have one shape."""
    for operations in document["paths"].values():
        for operation in operations.values():
            answers = operation["responses"]
            failures = [status for status in answers if status[0] in "45"]
            for status in failures:
                shape = answers.pop(status)
            if failures:
                answers["default"] = shape
    return document


def _without_bare_alternatives(schema: Any) -> Any:
    """Return it without alternatives that only constrain: as types they say nothing."""
    match schema:
        case dict():
            found = {key: _without_bare_alternatives(value) for key, value in schema.items()}
            for key in ("anyOf", "oneOf", "allOf"):
                if _bare(found.get(key)):
                    del found[key]
            return found
        case list():
            return [_without_bare_alternatives(item) for item in schema]
        case _:
            return schema


def _bare(alternatives: Any) -> bool:
    return isinstance(alternatives, list) and all(
        isinstance(one, dict)
        and (one.keys() <= _CONSTRAINTS or _bare(one.get("anyOf")) or _bare(one.get("allOf")))
        for one in alternatives
    )


def header(document: dict[str, Any]) -> str:
    """Return the first line of the types of a document."""
    digest = hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()
    return f"// Made by `make web-types` of sha256:{digest}\n"


def main() -> None:
    """Write both files."""
    for target, document in sources().items():
        with tempfile.TemporaryDirectory() as folder:
            described, written = Path(folder) / "in.json", Path(folder) / "out.d.ts"
            described.write_text(json.dumps(document))
            command = [_GENERATOR, described, "-o", written, "--default-non-nullable=false"]
            subprocess.run(command, check=True, capture_output=True)  # noqa: S603 our own tool
            target.write_text(header(document) + written.read_text())


if __name__ == "__main__":
    main()
