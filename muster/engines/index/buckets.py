"""Stable random shares: MD5 of many keys at once, as `rules/evaluate.in_bucket` takes it.

One block of MD5 (RFC 1321) over arrays of 32-bit words, one message per lane: 0.3 s for a million
keys where hashing one by one takes 0.7 s, and threads can share it.
"""

from __future__ import annotations

import math
from hashlib import md5
from typing import Any

import numpy as np
from numpy.typing import NDArray

from muster.engines.index.leaves import Rows
from muster.engines.index.membership import membership
from muster.rules.evaluate import bucket_bounds
from muster.rules.nodes import Bucket

_LANES = 8192  # 16 words of so many messages stay in the cache
_LONGEST = 55  # bytes of a message that leave room for the end mark and the length in one block
_SHIFTS = ((7, 12, 17, 22), (5, 9, 14, 20), (4, 11, 16, 23), (6, 10, 15, 21))
_SINES = [math.floor(abs(math.sin(step + 1)) * 2**32) for step in range(64)]
_FIRST = (0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476)
_STEPS = 61  # the last three only pass on what becomes the first word


class Hashes:
    """The hashes of the entities asked about last, under one salt."""

    def __init__(self, keys: NDArray[Any], salt: str) -> None:
        self._keys = keys
        self._salt = salt
        self._last: tuple[slice, NDArray[np.uint32]] | None = None

    def inside(self, bucket: Bucket) -> Rows:
        """Return which entities are in a bucket of this salt."""
        low, high = bucket_bounds(bucket)
        first = 2**32 if low == "g" else int(low, 16)
        last = 2**32 - 1 if high is None else int(high, 16) - 1
        judge = membership(((first, last),), np.dtype(np.uint32))
        return lambda rows, _: judge(self._of(rows))

    def _of(self, rows: slice) -> NDArray[np.uint32]:
        last = self._last  # read once: another thread may be at another block
        if last is None or last[0] != rows:
            last = self._last = (rows, hashes_of(self._keys[rows], self._salt))
        return last[1]


def hashes_of(keys: NDArray[Any], salt: str) -> NDArray[np.uint32]:
    """Return the first 32 bits of md5("salt:key") of each key, the first byte counting most."""
    found = np.empty(len(keys), dtype=np.uint32)
    for first in range(0, len(keys), _LANES):
        some = slice(first, first + _LANES)
        found[some] = _hashes(keys[some], f"{salt}:".encode())
    return found


def _hashes(keys: NDArray[Any], head: bytes) -> NDArray[np.uint32]:
    whole = keys.dtype != object
    texts = np.array(keys if whole else [key.encode() for key in keys.tolist()], dtype=np.bytes_)
    letters = texts.view(np.uint8).reshape(len(keys), -1)  # padded with zeros
    ends = np.strings.str_len(texts) + len(head)
    long = np.flatnonzero(ends > _LONGEST)
    messages = np.zeros((len(keys), 64), dtype=np.uint8)
    if len(long) < len(keys):
        messages[:, : len(head)] = np.frombuffer(head, dtype=np.uint8)
        fitting = letters[:, : 64 - len(head)]
        messages[:, len(head) : len(head) + fitting.shape[1]] = fitting
        messages[np.arange(len(keys)), np.minimum(ends, 63)] = 0x80
        messages[:, 56:64] = (ends * 8).astype("<u8").view(np.uint8).reshape(-1, 8)
    found = _first_words(np.ascontiguousarray(messages.view("<u4").T)).byteswap()
    for place in long.tolist():
        digest = md5(head + str(keys[place]).encode(), usedforsecurity=False).digest()
        found[place] = int.from_bytes(digest[:4], "big")
    return found


def _first_words(words: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the first of the four words of each message's MD5.

    Args:
        words: shape (16, messages).
    """
    a, b, c, d = (np.full(words.shape[1], start, dtype=np.uint32) for start in _FIRST)
    for step in range(_STEPS):
        phase = step // 16
        if phase == 0:
            mixed, word = d ^ (b & (c ^ d)), step
        elif phase == 1:
            mixed, word = c ^ (d & (b ^ c)), (5 * step + 1) % 16
        elif phase == 2:
            mixed, word = b ^ c ^ d, (3 * step + 5) % 16
        else:
            mixed, word = c ^ (b | ~d), 7 * step % 16
        mixed += a
        mixed += words[word]
        mixed += np.uint32(_SINES[step])
        shift = _SHIFTS[phase][step % 4]
        turned = mixed << np.uint32(shift)
        turned |= mixed >> np.uint32(32 - shift)
        turned += b
        a, b, c, d = d, turned, b, c
    return b + np.uint32(_FIRST[0])
