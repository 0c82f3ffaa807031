"""The fingerprint of a rule: equal for spellings of one meaning, moved by any change of it."""

from __future__ import annotations

from hashlib import sha256

from muster.base.json_value import canonical
from muster.rules.dump import dump_definition
from muster.rules.nodes import Definition
from muster.rules.normalise import normalise


def fingerprint(definition: Definition) -> str:
    """Return 64 hexadecimal digits: SHA-256 of the canonical JSON of the normalised rule."""
    text = canonical(dump_definition(normalise(definition)))
    return sha256(text.encode("ascii")).hexdigest()
