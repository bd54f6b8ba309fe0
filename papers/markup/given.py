"""MathML that a source gives (Crossref, OpenAlex): to our own allow-list, or to text."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError, fromstring

from papers.markup.clean import MATHML_TAGS

MAX_DEPTH = 40
_TAG = re.compile(r"<(/?)(?:mml:|m:)?([A-Za-z]+)[^<>]*?(/?)>")
_STRAY = re.compile(r"<(?!/?[a-z]+>)|&(?!(?:#\d{1,7}|#x[0-9a-fA-F]{1,6}|amp|lt|gt|quot);)")
_SCRIPTS = {"msub": ("_",), "msup": ("^",), "msubsup": ("_", "^"), "munder": ("_",), "mover": ("^",)}


def bare(markup: str) -> str:
    """The element with neither prefixes nor attributes, and with no tag that is not MathML's."""

    def kept(tag: re.Match[str]) -> str:
        name = tag[2].lower()
        if name not in MATHML_TAGS:
            return ""
        return f"<{name}></{name}>" if tag[3] else f"<{tag[1]}{name}>"

    return _STRAY.sub(lambda sign: "&lt;" if sign[0] == "<" else "&amp;", _TAG.sub(kept, markup))


def as_tex(markup: str) -> str:
    """The element as simple TeX, which is made plain text like any formula; its mere text where it is broken."""
    try:
        return _tex(fromstring(bare(markup)), 0)  # noqa: S314 - no doctype or entity is left
    except ParseError:
        return _literal(re.sub(r"<[^<>]*>", "", markup))


def _literal(text: str) -> str:
    return re.sub(r"[\\{}$^_~]", lambda sign: {"\\": "", "~": " "}.get(sign[0], "\\" + sign[0]), text)


def _tex(element: Element, depth: int) -> str:
    if depth > MAX_DEPTH:
        return _literal("".join(element.itertext()))
    parts = [_tex(child, depth + 1) for child in element]
    signs = _SCRIPTS.get(element.tag, ())
    if signs and len(parts) == len(signs) + 1:
        return parts[0] + "".join(f"{sign}{{{part}}}" for sign, part in zip(signs, parts[1:], strict=True))
    if element.tag == "mfrac":
        return "\\frac" + "".join(f"{{{part}}}" for part in parts)
    inner = _literal((element.text or "").strip()) + "".join(parts)
    return f"\\sqrt{{{inner}}}" if element.tag == "msqrt" else inner
