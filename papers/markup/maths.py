"""One formula → MathML, by latex2mathml, held within bounds; what it refuses is None."""

from __future__ import annotations

import html
import re
from xml.etree.ElementTree import Element, tostring

from latex2mathml.converter import convert_to_element

from papers.markup import symbols
from papers.markup.clean import cleaned
from papers.markup.dollars import MAX_FORMULA

MAX_DEPTH = 30

# Definitions can grow without bound, and the others carry addresses, styles or colours.
_REFUSED = re.compile(
    r"\\(?:(?:re)?newcommand|providecommand|[egx]?def|let|DeclareMathOperator|newenvironment|href|url|style|class)(?![A-Za-z])"
)
_DROPPED = re.compile(
    r"\\(?:label|tag|vspace|color|textcolor|colorbox)\*?\s*\{[^{}]*\}|\\(?:tiny|small|scriptsize|large)\b"
)
_EATEN_TIMES = re.compile(r"(?<=\d)\s+imes\b")  # "\times" whose "\t" was once read as a tab


def mathml(tex: str, *, display: bool = False) -> str | None:
    """The formula as a <math> element. None: too long, too deep, or no TeX that can be set."""
    source = _DROPPED.sub(" ", _EATEN_TIMES.sub(r"\\times ", html.unescape(tex))).strip()
    if len(source) > MAX_FORMULA or _depth(source) > MAX_DEPTH or _REFUSED.search(source):
        return None
    root = _converted(source, display)
    unknown = _unknown_commands(root) if root is not None else set()
    if unknown:
        root = _converted(_without(source, unknown), display)
    if root is None:
        return None
    for element in root.iter():
        element.text = _shown(element.text)
        element.tail = None
    root.attrib.pop("xmlns", None)
    return tostring(root, encoding="unicode", short_empty_elements=False)


def _converted(source: str, display: bool) -> Element | None:
    # The converter meets hostile input with IndexError, RecursionError, StopIteration and a dozen of its own.
    # Whatever it was, the formula is not lost: it is set as plain text.
    try:
        return convert_to_element(source, display="block" if display else "inline")
    except Exception:
        return None


def _depth(source: str) -> int:
    depth = deepest = 0
    for sign in re.findall(r"\\left(?![A-Za-z])|\\begin|[{}]|\\right(?![A-Za-z])|\\end|\\sqrt|[\^_]", source):
        depth += (sign in ("{", "\\left", "\\begin")) - (sign in ("}", "\\right", "\\end"))
        deepest = max(deepest, depth)
    return deepest


def _unknown_commands(root: Element) -> set[str]:
    return {name for element in root.iter() for name in re.findall(r"\\([A-Za-z]+)", element.text or "")}


def _without(source: str, unknown: set[str]) -> str:
    """The formula with the unknown commands replaced: by what they mostly stand for, or by their name as text."""

    def replaced(found: re.Match[str]) -> str:
        name = found[1]
        if name not in unknown:
            return found[0]
        if name in symbols.MACROS:
            return symbols.MACROS[name]
        glued = symbols.unglued(name)
        if glued:
            return f"\\{glued[0]} {glued[1]}"
        return "" if source.startswith("{", found.end()) else f"\\text{{{name}}}"

    return re.sub(r"\\([A-Za-z]+)", replaced, source)


def _shown(text: str | None) -> str | None:
    """What an element shows: the converter's character references resolved, nothing of TeX's own signs left."""
    if not text:
        return text
    shown = cleaned(html.unescape(text))
    if "\\" in shown:
        shown = re.sub(r"\\(?=[A-Za-z])", "", shown).replace("\\", "∖")
    return shown if shown == "$" else shown.replace("$", "")
