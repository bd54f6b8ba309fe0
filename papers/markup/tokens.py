"""The tokens of text-mode TeX and light HTML, and the pieces they become."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

TOKEN = re.compile(
    r"""(?P<tag></?[A-Za-z][A-Za-z0-9:-]{0,30}(?:\s[A-Za-z_:][\w:.-]{0,40}\s?=\s?(?:"[^"<>]*"|'[^'<>]*')){0,20}\s?/?>)
      | (?P<entity>&(?:\#\d{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,30});)
      | (?P<delimited>\\[(\[]|\\begin(?=\{))
      | (?P<command>\\[A-Za-z]+\*?)
      | (?P<control>\\.?)
      | (?P<opening>\{) | (?P<closing>\})
      | (?P<dollar>\$)
      | (?P<script>[\^_])
      | (?P<quote>``|''|[`'"])
      | (?P<dash>-{2,})
      | (?P<tilde>~)
      | (?P<plain>[^\\{}$^_`'"~<&-]+|.)""",
    re.VERBOSE | re.DOTALL,
)
ACCENTED = re.compile(r"\s?\{\s?\\?([^\W\d_])?\s?\}|\s?\\([ij])(?![A-Za-z])\s?|([^\W\d_])")
ACCENTED_AFTER_LETTERS = re.compile(r"\s?\{\s?\\?([^\W\d_])?\s?\}|\s?\\([ij])(?![A-Za-z])\s?|\s([^\W\d_])")
OPTION = re.compile(r"\s?\[[^\[\]{}]{0,200}\]")
SIMPLE = re.compile(r"\{\s?\\?\w*\s?\}")
CITED = re.compile(r"\w[^'`]{0,80}'(?!\w)")
DIGITS = re.compile(r"\s?(\d)\s?(\d)")
COMMAND = re.compile(r"\\([A-Za-z]+)")
CAPITAL = re.compile(r"\s?(?:\{([A-Z])\}|([A-Z]))")
WORDLIKE = re.compile(r"[^\W_]|[).\]}]")


class Piece(NamedTuple):
    """`text`, its characters; `open`, `close`, an HTML tag; `maths`, `display`, TeX; `mathml`, its source."""

    kind: Literal["text", "open", "close", "maths", "display", "mathml"]
    value: str


class Group(NamedTuple):
    """How the next group in braces is taken: inside a tag, between two texts, or not at all."""

    tag: str = ""
    before: str = ""
    after: str = ""
    dropped: bool = False


@dataclass(slots=True)
class Frame:
    after: str = ""
    tags: list[str] = field(default_factory=list)


def partners(text: str) -> dict[int, int]:
    """Each opening brace → its closing one; braces without a partner are not in it."""
    found: dict[int, int] = {}
    waiting: list[int] = []
    for brace in re.finditer(r"\\.|[{}]", text, re.DOTALL):
        if brace[0] == "{":
            waiting.append(brace.start())
        elif brace[0] == "}" and waiting:
            found[waiting.pop()] = brace.start()
    return found
