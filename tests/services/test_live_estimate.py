"""Wilson's interval, scaled to everybody."""

from __future__ import annotations

import numpy as np
import pytest

from muster.services.live_estimate import Estimate, estimate, sample_blocks


def test_the_interval_is_wilsons() -> None:
    # 15 of 148 is an example of Newcombe, Statistics in Medicine 17 (1998): 0.0624 to 0.1605
    found = estimate(15, 148, 1_000_000)
    assert found.size == 101_351
    assert (round(found.low / 1e6, 4), round(found.high / 1e6, 4)) == (0.0624, 0.1605)


@pytest.mark.parametrize("members", [0, 1, 50, 99, 100])
def test_what_the_sample_has_seen_is_certain(members: int) -> None:
    found = estimate(members, 100, 110)
    assert members <= found.low <= found.size <= found.high <= 110 - (100 - members)


def test_of_a_sample_of_everybody_nothing_is_left_open() -> None:
    assert estimate(7, 20, 20) == Estimate(7, 7, 7, 20, 20)


def test_without_a_sample_nothing_is_known() -> None:
    assert estimate(0, 0, 50) == Estimate(0, 0, 50, 0, 50)


@pytest.mark.parametrize("share", [0.001, 0.02, 0.3, 0.97])
def test_the_true_size_lies_in_about_95_of_100_intervals(share: float) -> None:
    random = np.random.default_rng(1)
    everyone, sample = 200_000, 5_000
    true = round(share * everyone)
    drawn = random.hypergeometric(true, everyone - true, sample, size=2_000)
    found = [estimate(int(members), sample, everyone) for members in drawn]
    held = sum(one.low <= true <= one.high for one in found) / len(found)
    assert 0.93 <= held <= 0.985


@pytest.mark.parametrize(
    ("blocks", "chosen"), [(2, (1,)), (3, (1,)), (8, (4,)), (9, (1, 4, 7)), (16, (2, 8, 13))]
)
def test_the_blocks_of_a_sample_lie_apart(blocks: int, chosen: tuple[int, ...]) -> None:
    assert sample_blocks(blocks) == chosen
