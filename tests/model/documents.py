"""A small valid model.yml to make faulty ones from."""

from __future__ import annotations

import copy
import json
from typing import Any

VALID: dict[str, Any] = {
    "version": 1,
    "time_zone": "Asia/Kolkata",
    "currency": "INR",
    "entity": {
        "name": "user",
        "table": "users",
        "key": "user_id",
        "created_at": "created_at",
        "lookups": {"account": {"table": "accounts", "key": "account_id", "on": "account_id"}},
    },
    "attributes": {
        "age": {"type": "integer"},
        "born": {"type": "date"},
        "state": {"type": "enum"},
        "plan": {"type": "enum", "lookup": "account", "values": ["free", "pro"]},
        "email": {"type": "string", "pii": "contact", "fold": "case"},
        "home": {"type": "geo", "latitude": "lat", "longitude": "lon", "pii": "sensitive"},
        "interests": {"type": "list"},
    },
    "events": {
        "card": {
            "table": "card_payments",
            "entity_key": "user_id",
            "id": "payment_id",
            "at": "paid_at",
            "fields": {"amount": {"type": "money"}, "category": {"type": "enum"}},
        },
        "upi": {
            "table": "upi_payments",
            "entity_key": "user_id",
            "at": "paid_at",
            "fields": {"amount": {"type": "money"}, "merchant": {"type": "string"}},
        },
        "view": {
            "table": "views",
            "entity_key": "user_id",
            "at": "viewed_at",
            "fields": {"genre": {"type": "string"}, "minutes": {"type": "number"}},
        },
        "spend": {"union": ["card", "upi"]},
    },
    "metrics": {
        "total_spend": {"sum": "amount", "of": "spend"},
        "orders": {"count": True, "of": "card"},
    },
}

ABSENT = object()
"""As a value: take the key away."""


def document(**changes: Any) -> str:
    """Return the valid document as YAML with changes at dotted paths (``__`` for the dots).

    ``document(entity__key=ABSENT)`` is the document without ``entity.key``.
    """
    content = copy.deepcopy(VALID)
    for path, value in changes.items():
        *parents, last = path.split("__")
        place = content
        for parent in parents:
            place = place.setdefault(parent, {})
        if value is ABSENT:
            del place[last]
        else:
            place[last] = value
    return json.dumps(content)  # JSON is YAML
