"""Reads delimited text: its encoding and delimiter are found out, its cells stay text.

The whole file is decoded once before a row is read: an encoding is right for all of it or wrong.
"""

from __future__ import annotations

import codecs
import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from muster.base.errors import InvalidFile
from muster.base.order_imports import RawCell

_SAMPLE_BYTES = 65_536
_CHUNK_BYTES = 1 << 20
_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DELIMITERS = (",", ";", "\t", "|")
_CONTROLS = frozenset(map(chr, range(32))) - set("\t\n\r\f\x0b")


def find_encoding(path: Path) -> str:
    """Return the encoding of a text file: by its mark, else UTF-8, UTF-16 or Windows-1252.

    Raises:
        InvalidFile: NOT_TEXT.
    """
    with path.open("rb") as file:
        sample = file.read(_SAMPLE_BYTES)
    marked = next((name for mark, name in _BOMS if sample.startswith(mark)), None)
    for encoding in (marked,) if marked else _unmarked(sample):
        if _decodes(path, encoding):
            return encoding
    raise InvalidFile(
        "NOT_TEXT",
        "The file is neither a spreadsheet nor text that can be read.",
        path="$.body",
        hint="Save it as CSV in UTF-8, or as XLSX.",
    )


def find_delimiter(text: str) -> str:
    """Return what parts the cells of the first lines: most lines agree on it, and on how many.

    >>> find_delimiter("a;b\\n1,5;2\\n")
    ';'
    """
    if text[:4].lower() == "sep=" and text[4:5] in _DELIMITERS and text[5:6] in ("\r", "\n"):
        return text[4]
    scores = {delimiter: _score(text, delimiter) for delimiter in _DELIMITERS}
    best = max(scores, key=lambda delimiter: scores[delimiter])
    return best if scores[best] > 0 else ","


def text_rows(path: Path, *, encoding: str, delimiter: str) -> Iterator[tuple[int, list[RawCell]]]:
    """Yield the rows with their numbers, from 1; blank lines count and are not yielded.

    Raises:
        InvalidFile: BAD_CSV, with the line.
    """
    with path.open(encoding=encoding, newline="") as stream:
        reader = csv.reader(stream, delimiter=delimiter)
        number = 0
        try:
            for cells in reader:
                number += 1
                told = number == 1 and len(cells) <= 2 and cells[:1] and _tells_delimiter(cells)
                if cells and not told:
                    yield number, list(cells)
        except csv.Error as error:
            raise InvalidFile(
                "BAD_CSV",
                f"Line {reader.line_num} cannot be read: {error}.",
                path="$.body",
                hint="Look for a quote that is opened and never closed.",
            ) from error


def sample_of(path: Path, encoding: str) -> str:
    """Return the first lines, whole ones if the file has several."""
    with path.open(encoding=encoding, newline="") as stream:
        text = stream.read(_SAMPLE_BYTES)
    cut = text.rfind("\n")
    return text[: cut + 1] if len(text) == _SAMPLE_BYTES and cut > 0 else text


def _tells_delimiter(cells: list[str]) -> bool:
    """Whether the first line is Excel's ``sep=;``, which its own reader splits at the end."""
    return "".join(cells).lower() == "sep=" or cells[0].lower() in ("sep=,", "sep=;", "sep=|")


def _unmarked(sample: bytes) -> tuple[str, ...]:
    zeros = sample.count(0)
    if zeros > len(sample) // 5:  # every second byte of plain letters in UTF-16
        return ("utf-16-le",) if sample[1::2].count(0) > zeros // 2 else ("utf-16-be",)
    return ("utf-8", "cp1252")


def _decodes(path: Path, encoding: str) -> bool:
    """Whether the whole file is text in an encoding: no broken letters, no control characters."""
    try:
        with path.open(encoding=encoding, newline="") as stream:
            while chunk := stream.read(_CHUNK_BYTES):
                if not _CONTROLS.isdisjoint(chunk):
                    return False
    except UnicodeError:
        return False
    return True


def _score(text: str, delimiter: str) -> float:
    """Return the share of rows as wide as most, times that width; 0: it parts nothing."""
    try:
        widths = [len(row) for row in csv.reader(text.splitlines(True), delimiter=delimiter) if row]
    except csv.Error:
        return 0.0
    if not widths:
        return 0.0
    width, agreeing = Counter(widths).most_common(1)[0]
    return 0.0 if width == 1 else agreeing / len(widths) * (1 + width / 1000)
