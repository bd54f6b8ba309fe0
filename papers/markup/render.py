"""Pieces → HTML or plain text."""

from __future__ import annotations

import re
from html import escape

from papers.markup import given
from papers.markup.clean import cleaned, prepared, sanitised
from papers.markup.maths import mathml
from papers.markup.parser import parse
from papers.markup.tokens import Piece

MAX_MATHS = 20_000  # characters of formulas that one text may have set; what comes after is shown as plain text

_MARKUP = re.compile(r"[\\${}<&~^`]|--")
_SUPERSCRIPTS = str.maketrans("0123456789+-−=()ni", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿⁱ")
_SUBSCRIPTS = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
_RAISED = {"∘": "°", "°": "°", "′": "′", "*": "*", "⋆": "⋆", "†": "†", "th": "th", "st": "st", "nd": "nd", "rd": "rd"}


def title_html(text: str) -> str:
    """A title as safe HTML, every formula in line."""
    return _html(text, display=False)


def abstract_html(text: str) -> str:
    """An abstract as safe HTML; displayed formulas are <math display="block">."""
    return _html(text, display=True)


def plain_text(text: str) -> str:
    """A text in Unicode characters alone, for <title>, search, exports and names read aloud. Not escaped."""
    if not _MARKUP.search(text):
        return " ".join(cleaned(text).split())
    return " ".join(_plain(parse(prepared(text))).split())


def _html(text: str, *, display: bool) -> str:
    if not _MARKUP.search(text):
        return _escaped(" ".join(cleaned(text).split()))
    return sanitised("".join(_html_parts(parse(prepared(text)), display))).strip()


def _escaped(text: str) -> str:
    return escape(text, quote=False).replace("\u00a0", "&nbsp;")


def _html_parts(pieces: list[Piece], display: bool) -> list[str]:
    parts: list[str] = []
    budget = MAX_MATHS
    for kind, value in pieces:
        if kind == "text":
            parts.append(_escaped(value))
        elif kind == "open":
            parts.append(f"<{value}>")
        elif kind == "close":
            if parts[-1] == f"<{value}>":
                parts.pop()
            else:
                parts.append(f"</{value}>")
        elif kind == "mathml":
            parts.append(given.bare(value))
        else:
            budget -= len(value)
            formula = mathml(value, display=display and kind == "display") if budget >= 0 else None
            parts += [formula] if formula is not None else _html_parts(parse(value, maths=True), False)
    return parts


def _plain(pieces: list[Piece]) -> str:
    """The text of the pieces; raised and lowered text as Unicode has it, else after a caret or an underscore."""
    buffers: list[list[str]] = [[]]
    for kind, value in pieces:
        if kind == "text":
            buffers[-1].append(value)
        elif kind in ("maths", "display"):
            buffers[-1].append(_plain(parse(value, maths=True)))
        elif kind == "mathml":
            buffers[-1].append(_plain(parse(given.as_tex(value), maths=True)))
        elif value in ("sup", "sub"):
            if kind == "open":
                buffers.append([])
            else:
                inner = "".join(buffers.pop()).strip()
                buffers[-1].append(_raised(inner) if value == "sup" else _lowered(inner))
    return "".join(part for buffer in buffers for part in buffer)


def _raised(text: str) -> str:
    if text in _RAISED:
        return _RAISED[text]
    if re.fullmatch(r"[0-9+\-−=()ni]+", text):
        return text.translate(_SUPERSCRIPTS)
    return _scripted("^", text)


def _lowered(text: str) -> str:
    return text.translate(_SUBSCRIPTS) if re.fullmatch(r"[0-9+\-−=()]+", text) else _scripted("_", text)


def _scripted(sign: str, text: str) -> str:
    if not text:
        return ""
    return sign + (text if text.isalnum() or len(text) == 1 else f"({text})")
