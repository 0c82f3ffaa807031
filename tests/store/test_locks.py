"""Named locks: one holder at a time, given back when the transaction ends, however it ends."""

from __future__ import annotations

import threading
import time

import pytest
from sqlalchemy import text

from muster.base.errors import Busy
from muster.store.database import Database
from muster.store.locks import lock_in_transaction, lock_number, named_lock


def test_a_key_keeps_its_number_for_ever() -> None:
    # two versions of Muster on one database must mean the same lock
    assert lock_number("migrations") == -3058229681751119483
    assert lock_number("") == 0xE3B0C44298FC1C14 - 2**64  # as any SHA-256 tool begins
    assert lock_number("a") != lock_number("b")


def test_a_held_lock_makes_others_wait_until_they_give_up(database: Database) -> None:
    with named_lock(database, "dictionary"):
        begun = time.monotonic()
        with pytest.raises(Busy) as refused, named_lock(database, "dictionary", wait_seconds=0.2):
            pytest.fail("two holders")
        assert 0.15 < time.monotonic() - begun < 5
    assert refused.value.code == "LOCKED"
    assert '"dictionary"' in refused.value.sentence


def test_other_keys_are_free(database: Database) -> None:
    with named_lock(database, "one"), named_lock(database, "other", wait_seconds=0.2):
        pass


def test_a_waiter_gets_the_lock_when_the_holder_is_done(database: Database) -> None:
    order: list[str] = []

    def wait() -> None:
        with named_lock(database, "dictionary"):
            order.append("waiter")

    waiter = threading.Thread(target=wait)
    with named_lock(database, "dictionary"):
        waiter.start()
        time.sleep(0.1)
        order.append("holder")
    waiter.join(timeout=10)
    assert order == ["holder", "waiter"]


def test_the_lock_is_free_after_an_error(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), named_lock(database, "dictionary"):
        _ = 1 // 0
    with named_lock(database, "dictionary", wait_seconds=0.2):
        pass


def test_what_is_done_under_the_lock_is_committed_with_it(database: Database) -> None:
    with named_lock(database, "dictionary") as connection:
        connection.execute(text("CREATE TABLE made_under_the_lock ()"))
    with database.transaction() as connection:
        connection.execute(text("SELECT * FROM made_under_the_lock"))


def test_taking_a_lock_leaves_the_time_limits_of_the_transaction_as_they_were(
    database: Database,
) -> None:
    query = text("SELECT current_setting('statement_timeout'), current_setting('lock_timeout')")
    with database.transaction() as connection:
        connection.execute(text("SET LOCAL lock_timeout = '7s'"))
        before = connection.execute(query).one()
        lock_in_transaction(connection, "dictionary")
        assert connection.execute(query).one() == before == ("1min", "7s")


def test_a_lock_may_be_waited_for_longer_than_a_statement_may_take(database: Database) -> None:
    # or a second process would fail while the first one migrates
    holding = threading.Event()

    def hold() -> None:
        with named_lock(database, "dictionary"):
            holding.set()
            time.sleep(0.3)

    holder = threading.Thread(target=hold)
    holder.start()
    holding.wait()
    with database.transaction() as connection:
        connection.execute(text("SET LOCAL statement_timeout = '100ms'"))
        lock_in_transaction(connection, "dictionary", wait_seconds=10)
    holder.join()
