"""Arrays in one small file: a zip of byte planes, each compressed by LZMA. The same arrays give the same bytes.

Only the numbers are kept, nothing that runs: a file from elsewhere can be wrong but not harmful.
"""

from __future__ import annotations

import lzma
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zipfile import BadZipFile, ZipFile, ZipInfo

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Arrays = Mapping[str, Array]

ESCAPE = 255
_SEPARATOR = "~"

# No context from neighbouring bytes: hashes have none, and without it the coder comes near their entropy.
_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "lc": 0, "lp": 0, "pb": 0}]


class ShelfError(ValueError):
    """A file of arrays that cannot be read; the message says which and what to do."""


def write_arrays(path: Path, arrays: Arrays) -> None:
    with ZipFile(path, "w") as file:
        for name, array in arrays.items():
            flat = np.ascontiguousarray(array.ravel())
            planes = flat.view(np.uint8).reshape(-1, flat.dtype.itemsize)
            for place in range(flat.dtype.itemsize):
                label = _SEPARATOR.join((name, flat.dtype.str, "x".join(map(str, array.shape)), str(place)))
                coded = lzma.compress(planes[:, place].tobytes(), format=lzma.FORMAT_RAW, filters=_FILTERS)
                file.writestr(ZipInfo(label), coded)


def read_arrays(path: Path) -> dict[str, Array]:
    """Raises ShelfError where the file is missing, cut short or of another kind."""
    try:
        return _read(path)
    except (OSError, BadZipFile, lzma.LZMAError, ValueError, TypeError) as error:
        raise ShelfError(f"{path.name} cannot be read ({error}): run manage.py build_reference again.") from error


def _read(path: Path) -> dict[str, Array]:
    found: dict[str, Array] = {}
    with ZipFile(path) as file:
        for label in file.namelist():
            name, kind, shape, place = label.split(_SEPARATOR)
            dtype = np.dtype(kind)
            sizes = tuple(int(size) for size in shape.split("x"))
            plane = lzma.decompress(file.read(label), format=lzma.FORMAT_RAW, filters=_FILTERS)
            array = found.setdefault(name, np.zeros(sizes, dtype))
            array.reshape(-1).view(np.uint8).reshape(-1, dtype.itemsize)[:, int(place)] = np.frombuffer(plane, np.uint8)
    return found


def gaps(rising: Array) -> npt.NDArray[np.uint8]:
    """Strictly rising numbers from 0 as the gaps between them: a gap of 255 and more as so many 255s and the rest."""
    gap = np.diff(rising.astype(np.int64), prepend=-1) - 1
    escapes, rest = np.divmod(gap, ESCAPE)
    coded = np.full(int(escapes.sum()) + len(gap), ESCAPE, np.uint8)
    coded[np.cumsum(escapes + 1) - 1] = rest
    return coded


def from_gaps(coded: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """The numbers that `gaps` was given."""
    ends = coded != ESCAPE
    total = np.cumsum(coded, dtype=np.int64)[ends]
    return np.asarray(total + np.arange(len(total)), np.int64)
