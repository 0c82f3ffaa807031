"""A number per entity: what a condition compares, for curves and pictures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.base.datamodel import Field


@dataclass(frozen=True, slots=True)
class Values:
    """``numbers[i]`` is the value of ordinal i where ``known[i]``; elsewhere it says nothing.

    Whole numbers are int64 in the field's unit: 10 ** -scale for DECIMAL and MONEY, days since
    1970-01-01 for DATE, microseconds since then (UTC) for TIMESTAMP. NUMBER is float64.
    """

    numbers: NDArray[Any]
    known: NDArray[np.bool_]
    field: Field
