"""From the bytes of a reply to JSON that can be stored, or BadReply. Pure."""

from __future__ import annotations

import json
import math
import re
from typing import Any

from papers.sources.catalogue import name_of
from papers.sources.errors import BadReply

# What JSON can spell and PostgreSQL's jsonb cannot hold: NUL and lone surrogates.
_SUSPECT = re.compile(rb"\\u(?:0000|d[89a-f])", re.IGNORECASE)
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _storable(value: Any) -> Any:
    if isinstance(value, str):
        return _UNSTORABLE.sub("", value)
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {_storable(key): _storable(item) for key, item in value.items()}
    return value


def _finite(text: str) -> float | None:
    number = float(text)
    return number if math.isfinite(number) else None


def _no_constant(text: str) -> None:
    raise ValueError(f"{text} is not JSON")


def decode_json(source: str, body: bytes) -> Any:
    """The JSON value of a body. Raises BadReply for HTML, for a body that was cut short and for anything else."""
    name = name_of(source)
    if body.lstrip()[:1] == b"<":
        raise BadReply(source, f"{name} answered with a web page where JSON was due; try again later.")
    try:
        value = json.loads(body, parse_float=_finite, parse_constant=_no_constant)
        return _storable(value) if _SUSPECT.search(body) else value
    except (ValueError, RecursionError) as error:
        raise BadReply(
            source, f"{name} sent {len(body):,} bytes that are not whole JSON (cut short?); try again later."
        ) from error


def no_papers(source: str, what: str) -> BadReply:
    """The error for a sound reply in which there is nothing for Byline to read."""
    return BadReply(source, f"The reply of {name_of(source)} holds no papers or authors: {what}.")
