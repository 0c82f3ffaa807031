"""Sums that cannot overflow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray


def magnitude_of(values: NDArray[Any]) -> int:
    """Return the sum of the absolute values of whole numbers, exactly; none may be -2**63."""
    wide = np.abs(values.astype(np.int64))
    if values.dtype.itemsize <= 4:  # fewer than 2**31 rows of at most 2**31
        return int(wide.sum())
    return (int((wide >> 32).sum()) << 32) + int((wide & 0xFFFFFFFF).sum())
