from __future__ import annotations

from typing import Any

import pytest

from muster.base.datamodel import PiiClass
from muster.base.inspection import PhysicalType
from muster.model.pii import guess_pii
from tests.model.facts import column

C, ID, S, N = PiiClass.CONTACT, PiiClass.IDENTIFIER, PiiClass.SENSITIVE, PiiClass.NONE


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("email", C),
        ("e_mail_address", C),
        ("phone_number", C),
        ("mobile", C),
        ("home_tel", C),
        ("hotel", N),
        ("street", C),
        ("billing_address", C),
        ("ip_address", ID),
        ("device_id", ID),
        ("first_name", ID),
        ("customer_name", ID),
        ("product_name", N),
        ("name", ID),
        ("username_length", N),
        ("ssn", ID),
        ("iban", S),
        ("religion", S),
        ("healthy_snacks", N),
        ("city", N),
        ("plan", N),
    ],
)
def test_a_name_tells_personal_data(name: str, expected: PiiClass) -> None:
    assert guess_pii(name, column(name, PhysicalType.TEXT), of_person=True) is expected


def test_a_bare_name_is_personal_only_for_people() -> None:
    assert guess_pii("name", None, of_person=False) is N


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"minimum": "anna@example.org"}, C),
        ({"top_values": (("+43 660 1234567", 3),)}, C),
        ({"minimum": "2020-01-01", "maximum": "2021-01-01"}, N),
        ({"minimum": "4006381333931"}, N),
        ({"minimum": "@handle"}, N),
        ({}, N),
    ],
)
def test_values_tell_personal_data_too(facts: dict[str, Any], expected: PiiClass) -> None:
    assert guess_pii("note", column("note", PhysicalType.TEXT, **facts), of_person=True) is expected


def test_only_text_is_judged() -> None:
    assert guess_pii("email", column("email", PhysicalType.BOOLEAN), of_person=True) is N
