"""A workspace of forty people, small enough to compute every answer in Python beside it."""

from __future__ import annotations

import csv
import itertools
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from muster.base.clock import Clock, FixedClock
from muster.base.records import RunKind
from muster.model.yaml_text import read_yaml
from muster.rules.document import RuleDocument, read_documents
from muster.services.access import enter_locally
from muster.services.applying import apply, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.loading import load_files
from muster.services.refresh import refresh
from muster.services.workspaces import create_workspace
from muster.settings import Settings
from muster.store import postmaster, schedules
from muster.store.embedded import EmbeddedServer
from muster.wiring import open_resources
from tests.conftest import _administer

NAME = "shop"
AS_OF = datetime(2025, 6, 1, tzinfo=UTC)
CLOCK = FixedClock(AS_OF)
CITIES = ("Vienna", "Graz", "Linz")
_databases = itertools.count(1)

MODEL = """\
version: 1
description: Forty people who buy things.
time_zone: UTC
currency: EUR
observed: window
entity: {name: user, label: Users, table: users, key: user_id, created_at: created_at}
attributes:
  name: {type: string, label: Name, pii: identifier}
  email: {type: string, pii: contact}
  city: {type: string, label: City}
  age: {type: integer, label: Age}
  tier: {type: enum, values: [gold, silver]}
  tags: {type: list}
  note: {type: string}
  balance: {type: money}
  born: {type: date}
  home: {type: geo, latitude: lat, longitude: lon, pii: sensitive}
  created_at: {type: timestamp}
events:
  payment:
    label: Payments
    table: payments
    entity_key: user_id
    id: payment_id
    at: paid_at
    ingested_at: loaded_at
    fields:
      amount: {type: money}
      category: {type: string}
  view:
    label: Views
    table: views
    entity_key: user_id
    id: view_id
    at: viewed_at
    ingested_at: loaded_at
    fields: {category: {type: string}}
  activity: {union: [payment, view], label: Activity}
metrics:
  total_spend: {sum: amount, of: payment, label: Total spend}
  orders: {count: true, of: payment, label: Orders}
universes:
  adults: [{field: age, op: ">=", value: 18}]
places: {vienna: {latitude: 48.2, longitude: 16.37, km: 30}}
lists: {suppression: {table: suppression, key: user_id}}
"""

RULES = """\
- name: viennese
  title: Viennese
  description: Who live in Vienna.
  tags: [place]
  schedule: "@daily"
  where: [{field: city, op: "=", value: Vienna}]
- name: spenders
  title: Spenders
  where: {metric: total_spend, op: ">", value: "100.00"}
- name: quiet
  title: Quiet
  where: {did: payment, window: {last: P30D}, times: {op: "=", n: 0}}
- name: quiet_spenders
  title: Quiet spenders
  depends_on: [spenders, quiet]
  operation: INTERSECTION
- name: mail_to_win_back
  title: Mail to win back
  where: [{segment: quiet_spenders}, {field: city, op: "=", value: Vienna}]
  exclude: [{list: suppression}]
"""


@dataclass(frozen=True)
class User:
    """One person, as the CSV file has them."""

    key: int
    name: str
    city: str
    age: int | None
    tier: str
    note: str
    balance: Decimal
    born: date
    created_at: datetime


@dataclass(frozen=True)
class Payment:
    """One payment."""

    key: int
    user: int
    at: datetime
    amount: Decimal


NOTES = ("=1+1", "+49", "-5", "@home", "\tTab", "plain", "")
USERS = tuple(
    User(
        key=key,
        name=f"Person {key}",
        city=CITIES[key % 3],
        age=None if key % 10 == 0 else 15 + key,
        tier="gold" if key % 4 == 0 else "silver",
        note=NOTES[key % len(NOTES)],
        balance=Decimal(key) / 4,
        born=date(1980, 1, 1) + timedelta(days=37 * key),
        created_at=datetime(2024, 1, 1) + timedelta(days=key),
    )
    for key in range(1, 41)
)
PAYMENTS = tuple(
    Payment(
        key=100 * user.key + place,
        user=user.key,
        at=datetime(2025, 5, 30, 12) - timedelta(days=20 * place + user.key),
        amount=Decimal(10 * user.key + place),
    )
    for user in USERS
    for place in range(user.key % 5)
)
SUPPRESSED = (3, 9)


def keys(*, where: str) -> set[int]:
    """Return who should be in a segment, computed here and nowhere else."""
    spent = {user.key: Decimal(0) for user in USERS}
    for payment in PAYMENTS:
        spent[payment.user] += payment.amount
    recent = {
        payment.user
        for payment in PAYMENTS
        if payment.at >= AS_OF.replace(tzinfo=None) - timedelta(days=30)
    }
    found = {
        "viennese": {user.key for user in USERS if user.city == "Vienna"},
        "spenders": {key for key, amount in spent.items() if amount > 100},
        "quiet": {user.key for user in USERS} - recent,
    }
    found["quiet_spenders"] = found["spenders"] & found["quiet"]
    found["mail_to_win_back"] = (found["quiet_spenders"] & found["viennese"]) - set(SUPPRESSED)
    return found[where]


def write_files(folder: Path) -> Path:
    """Write the four CSV files and return their folder."""
    folder.mkdir(parents=True, exist_ok=True)
    _write(
        folder / "users.csv",
        "user_id name email city age tier tags note balance born lat lon created_at",
        [
            (
                user.key,
                user.name,
                f"person{user.key}@example.test",
                user.city,
                "" if user.age is None else user.age,
                user.tier,
                "[a, b]" if user.key % 2 else "",
                user.note,
                user.balance,
                user.born,
                48.2 if user.city == "Vienna" else 47.0,
                16.37,
                user.created_at,
            )
            for user in USERS
        ],
    )
    _write(
        folder / "payments.csv",
        "payment_id user_id paid_at amount category loaded_at",
        [
            (one.key, one.user, one.at, one.amount, "Books", one.at + timedelta(hours=1))
            for one in PAYMENTS
        ],
    )
    _write(
        folder / "views.csv",
        "view_id user_id viewed_at category loaded_at",
        [
            (user.key, user.key, datetime(2025, 5, 1), "Books", datetime(2025, 5, 2))
            for user in USERS
        ],
    )
    _write(folder / "suppression.csv", "user_id", [(key,) for key in SUPPRESSED])
    return folder


def documents(text: str = RULES) -> tuple[RuleDocument, ...]:
    """Return rule documents of a YAML text."""
    value, problems = read_yaml(text)
    assert not problems
    return read_documents(value)


@dataclass(frozen=True)
class Installation:
    """A database and a data folder; a copy of it costs some hundredths of a second."""

    server: EmbeddedServer
    database: str
    data: Path

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a process that is to use it."""
        return {
            "MUSTER_DATA": str(self.data),
            "MUSTER_DATABASE_URL": self.server.url(database=self.database),
            "MUSTER_THREADS": "1",
            "MUSTER_ACTOR": "tester",
        }

    @contextmanager
    def opened(self, *, clock: Clock = CLOCK, workspace: str = NAME) -> Iterator[WorkspaceContext]:
        """Open the workspace."""
        settings = Settings(
            data=self.data,
            database_url=self.server.url(database=self.database),
            threads=1,
        )
        with open_resources(settings, clock=clock) as resources:
            yield enter_locally(resources, workspace, actor="tester")

    @contextmanager
    def copied(self, folder: Path) -> Iterator[Installation]:
        """Copy database and data folder; the copy's database is dropped afterwards."""
        shutil.copytree(self.data, folder / "data")
        with new_database(self.server, template=self.database) as name:
            yield Installation(self.server, name, folder / "data")


@contextmanager
def new_database(server: EmbeddedServer, *, template: str = postmaster.DATABASE) -> Iterator[str]:
    """Make a database from a template and drop it afterwards."""
    name = f"small_{next(_databases)}"
    owner = postmaster.OWNER
    _administer(
        server, f"CREATE DATABASE {name} TEMPLATE {template} OWNER {owner} STRATEGY file_copy"
    )
    try:
        yield name
    finally:
        _administer(server, f"DROP DATABASE {name} WITH (FORCE)")


def build(installation: Installation, files: Path) -> None:
    """Make the workspace, load the files, apply the rules and refresh them at `AS_OF`."""
    settings = Settings(
        data=installation.data,
        database_url=installation.server.url(database=installation.database),
        threads=1,
    )
    with open_resources(settings, clock=CLOCK) as resources:
        create_workspace(resources, name=NAME, title="Shop", synthetic=False, actor="tester")
        context = enter_locally(resources, NAME, actor="tester")
        load_files(context, files, model_document=MODEL)
        apply(context, plan_apply(context, documents()), reason="first rules")
        refresh(context)
        _put_off_retention(context)


def _put_off_retention(context: WorkspaceContext) -> None:
    """Let its hour come never: tests count runs, and may run at any hour."""
    with context.transaction() as connection:
        found = schedules.own(connection, context.workspace.id, kind=RunKind.RETENTION)
        assert found is not None
        never = replace(found, starts_at=datetime(2900, 1, 1, tzinfo=UTC))
        schedules.change(connection, never, revision=found.revision)


def _write(path: Path, header: str, rows: list[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(header.split())
        writer.writerows(rows)
