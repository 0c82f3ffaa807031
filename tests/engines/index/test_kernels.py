"""Kernels over more rows than a buffer and more entities than a block, against plain NumPy."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from muster.base.datamodel import Field, FieldType
from muster.base.errors import Busy
from muster.engines.index.asking import (
    LEAST,
    MOST,
    SOME,
    Balance,
    Distinct,
    Join,
    Question,
    Rows,
    Total,
    microseconds,
    questions_in,
)
from muster.engines.index.kernels import Numbers, answer, within
from muster.engines.index.layout import BLOCK, Codes, EventIndex, Whole
from muster.engines.index.parts import Scans
from muster.engines.index.sweeps import sweeps_of
from muster.rules.resolved import Conjunction, Resolved, Test

SIZE = 3 * BLOCK + 1000
"""Ordinals; nobody in the third block has events."""
KINDS = ("a", "b", "c")
AMOUNT = Field("amount", FieldType.MONEY)
PIECES = Field("pieces", FieldType.INTEGER)
KIND = Field("kind", FieldType.ENUM)
END = 1_000_000


@dataclass(frozen=True)
class Sales:
    """Rows as they come, and the same as an index."""

    ordinal: NDArray[np.int64]
    at: NDArray[np.int64]
    kind: NDArray[np.int64]
    amount: NDArray[np.int64]
    pieces: NDArray[np.int64]
    indexed: EventIndex

    def passing(self, question: Question) -> NDArray[np.bool_]:
        """Return which rows are in a question's window and pass its filter."""
        found = (self.at >= question.start) & (self.at < question.end)
        for test in _tests(question.where):
            if test.field is KIND:
                assert isinstance(test.operand, tuple)
                codes = [KINDS.index(str(text)) + 1 for text in test.operand]
                found &= np.isin(self.kind, codes)
            else:
                found &= self.pieces >= int(str(test.operand))
        return found

    def number(self, question: Question) -> NDArray[np.int64]:
        """Return a question's number of every ordinal."""
        rows = self.passing(question)
        count = np.bincount(self.ordinal[rows], minlength=SIZE)
        total = np.zeros(SIZE, dtype=np.int64)
        np.add.at(total, self.ordinal[rows], self.amount[rows])
        match question.measure:
            case Total():
                return total
            case Balance(_, times, less):
                return total * times - count * less
            case Distinct():
                pairs = np.unique(np.stack([self.ordinal[rows], self.pieces[rows]]), axis=1)
                return np.bincount(pairs[0], minlength=SIZE)
            case _:
                return count


def _tests(where: Resolved | None) -> Sequence[Test]:
    if isinstance(where, Test):
        return (where,)
    if not isinstance(where, Conjunction):
        return ()
    return [test for child in where.children for test in _tests(child)]


@pytest.fixture(scope="module")
def sales() -> Sales:
    """Return 400,000 sales, half of them of one kind in the first block."""
    dice = np.random.default_rng(7)
    number = 400_000
    ordinal = dice.integers(0, 2 * BLOCK, number)
    ordinal[: number // 2] %= BLOCK
    ordinal[:500] = SIZE - 1 - dice.integers(0, 3, 500)
    kind = dice.integers(0, 4, number)
    kind[: number // 2] = 2
    at = dice.integers(0, END, number)
    at[::50] = 500_000
    amount = dice.integers(-(2**40), 2**40, number)
    pieces = dice.integers(0, 40, number)
    run = ordinal // BLOCK * 4 + kind
    order = np.lexsort((at, run))
    ordinal, at, kind = ordinal[order], at[order], kind[order]
    amount, pieces = amount[order], pieces[order]
    indexed = EventIndex(
        "sale",
        KIND,
        KINDS,
        np.searchsorted(run[order], np.arange(4 * 4 + 1)),
        (ordinal % BLOCK).astype(np.uint16),
        at,
        {
            "amount": Whole(AMOUNT, amount, None, int(np.abs(amount).sum())),
            "pieces": Whole(PIECES, pieces.astype(np.int8), None, int(pieces.sum())),
            "till": Codes(Field("till", FieldType.STRING), np.zeros(number, dtype=np.uint8), ()),
        },
        tied=True,
    )
    return Sales(ordinal, at, kind, amount, pieces, indexed)


def ask(
    sales: Sales,
    questions: Sequence[Question],
    *,
    threads: int = 1,
    blocks: Sequence[int] = range(4),
) -> list[NDArray[np.int64]]:
    """Return each question's number by ordinal; -7 where nothing was said."""
    found = [np.full(SIZE, -7, dtype=np.int64) for _ in questions]

    def keep(place: int, block: int, numbers: Numbers) -> None:
        into = found[place][block * BLOCK : (block + 1) * BLOCK]
        into[:] = numbers[: len(into)]

    answer(questions, Scans({"sale": sales.indexed}), keep, blocks=blocks, threads=threads)
    return found


def question(start: int, end: int, measure: Any = None, **more: Any) -> Question:
    return Question(("sale",), more.pop("where", None), start, end, measure or Rows(), **more)


ONLY_B = Test(KIND, "in", ("b",))
A_OR_C = Test(KIND, "in", ("a", "c"))
MANY = Test(PIECES, "ge", 30)
COUNT: dict[str, Any] = {"ranges": ((2, MOST),)}
SUM = Total("amount")
OVER = Balance("amount", 3, 1000)
PIECES_OF = Distinct(PIECES, "UTC")

CASES: dict[str, list[Question]] = {
    "ever": [question(LEAST, MOST, **COUNT)],
    "some row": [question(400_000, END), question(LEAST, END), question(999_999, END)],
    "nested": [question(start, END, **COUNT) for start in (900_000, 500_000, 0, 100)],
    "counted and some": [question(0, END), question(700_000, END, **COUNT)],
    "sums": [question(start, END, SUM) for start in (990_000, 500_000, 500_001, LEAST)],
    "sum and count": [question(0, END, SUM), question(500_000, END, **COUNT)],
    "balance": [question(0, END, OVER), question(600_000, END, OVER), question(0, END)],
    "riding along": [
        question(0, END, SUM),
        question(0, END, **COUNT),
        question(500_000, 700_000, SUM),
        question(200_000, 500_000, **COUNT),
        question(200_000, 500_000),
        question(100, 999_000, OVER),
    ],
    "not riding along": [question(500_000, END, SUM), question(200_000, 600_000, SUM)],
    "empty": [question(END, END), question(500_000, 500_000, **COUNT), question(END, END, SUM)],
    "one kind": [question(100_000, END, SUM, where=ONLY_B), question(0, END, where=ONLY_B)],
    "two kinds": [question(300_000, END, where=A_OR_C, **COUNT)],
    "no kind": [question(0, END, where=Conjunction((ONLY_B, A_OR_C)), **COUNT)],
    "filtered": [
        question(0, END, where=MANY, **COUNT),
        question(800_000, END, SUM, where=Conjunction((ONLY_B, MANY))),
    ],
    "distinct": [question(300_000, END, PIECES_OF), question(0, END, PIECES_OF, where=ONLY_B)],
}


@pytest.mark.parametrize("threads", [1, 3])
@pytest.mark.parametrize("case", CASES)
def test_every_ordinal_has_its_number(sales: Sales, case: str, threads: int) -> None:
    for asked, found in zip(CASES[case], ask(sales, CASES[case], threads=threads), strict=True):
        expected = sales.number(asked)
        if isinstance(asked.measure, Rows) and asked.ranges == SOME:
            found, expected = (numbers > 0 for numbers in (found, expected))
        np.testing.assert_array_equal(found, expected)


def test_all_cases_at_once_are_as_each_alone(sales: Sales) -> None:
    together = [asked for case in CASES.values() for asked in case]
    for asked, found in zip(together, ask(sales, together, threads=2), strict=True):
        np.testing.assert_array_equal(
            within(found, asked.ranges), within(sales.number(asked), asked.ranges)
        )


@pytest.mark.parametrize("apart", [1, 2**20, 2**46, 2**50, 2**62])
def test_values_far_apart_are_told_apart(apart: int) -> None:
    values = np.array([0, apart, -apart, apart, 7, 7, 1 - apart], dtype=np.int64)
    entity = np.array([0, 0, 0, 0, BLOCK - 1, BLOCK - 1, 1], dtype=np.uint16)
    events = EventIndex(
        "sale",
        None,
        (),
        np.array([0, len(values)]),
        entity,
        np.arange(len(values)),
        {"pieces": Whole(PIECES, values, None, 0)},
        tied=False,
    )
    found: list[NDArray[Any]] = []
    answer(
        [question(LEAST, MOST, PIECES_OF)],
        Scans({"sale": events}),
        lambda _place, _block, numbers: found.append(numbers),
        blocks=[0],
        threads=1,
    )
    assert (found[0][0], found[0][1], found[0][BLOCK - 1]) == (3, 1, 1)
    assert found[0].sum() == 5


def test_only_the_blocks_asked_for_are_looked_at(sales: Sales) -> None:
    (asked,) = CASES["ever"]
    (found,) = ask(sales, [asked], blocks=[1])
    expected = np.full(SIZE, -7)
    expected[BLOCK : 2 * BLOCK] = sales.number(asked)[BLOCK : 2 * BLOCK]
    np.testing.assert_array_equal(found, expected)


def test_windows_of_one_filter_share_a_sweep(sales: Sales) -> None:
    scans = Scans({"sale": sales.indexed})

    def sweeps(case: str) -> list[tuple[int, int]]:
        return [(sweep.end, len(sweep.askings)) for sweep in sweeps_of(CASES[case], scans)]

    assert sweeps("nested") == [(END, 4)]
    assert sweeps("riding along") == [(END, 6)]
    assert sweeps("not riding along") == [(END, 1), (600_000, 1)]
    assert sweeps("one kind") == [(END, 2)]
    (shared,) = sweeps_of(CASES["riding along"], scans)
    assert shared.flags is None  # who asks for some row is content with the count


def test_nobody_waiting_ends_the_work(sales: Sales) -> None:
    gone = threading.Event()
    seen: list[int] = []

    def keep(_place: int, block: int, _numbers: Numbers) -> None:
        seen.append(block)
        gone.set()

    scans = Scans({"sale": sales.indexed})
    with pytest.raises(Busy) as caught:
        answer(CASES["ever"], scans, keep, blocks=range(4), threads=1, gone=gone)
    assert caught.value.code == "CLIENT_GONE"
    assert seen == [0]


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        ((), []),
        (((LEAST, MOST),), [-5, 0, 1, 2, 9]),
        (((1, MOST),), [1, 2, 9]),
        (((LEAST, 0),), [-5, 0]),
        (((1, 1),), [1]),
        (((0, 2),), [0, 1, 2]),
        (((LEAST, -1), (2, 2), (9, MOST)), [-5, 2, 9]),
        (((3, 2),), []),
        (((-(2**70), 2**70),), [-5, 0, 1, 2, 9]),
        (((2**70, 2**71),), []),
    ],
    ids=str,
)
def test_numbers_within_ranges(ranges: Any, expected: list[int]) -> None:
    numbers = np.array([-5, 0, 1, 2, 9], dtype=np.int64)
    assert numbers[within(numbers, ranges)].tolist() == expected


@pytest.mark.parametrize(
    ("ranges", "expected"),
    [
        (SOME, [False, True]),
        (((0, 0),), [True, False]),
        ((), [False, False]),
        (((0, MOST),), [True, True]),
    ],
)
def test_a_flag_counts_as_one_or_none(ranges: Any, expected: list[bool]) -> None:
    assert within(np.array([False, True]), ranges).tolist() == expected


def test_instants_before_1970_are_negative() -> None:
    assert microseconds(datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)) == -1


def test_the_questions_of_a_tree_are_found() -> None:
    first, second = CASES["counted and some"]
    tree = Join("any", (first, Join("not", (second,))))
    assert list(questions_in(tree)) == [first, second]
    assert list(questions_in(None)) == []
