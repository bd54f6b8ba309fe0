"""Where maths begins and ends, and when a dollar is money."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from itertools import pairwise

MAX_FORMULA = 2_000
MAX_WORDS = 2  # bare words of a formula with TeX in it; more of them, and its dollars are not a pair

_FUNCTIONS = r"(?:log|ln|exp|min|max|sin|cos|tan|poly|polylog|arg|argmin|argmax|sup|inf|lim|mod|det|rank|tr|imes)"
_TEXT_ARGUMENT = re.compile(
    r"\\(?:text\w*|mbox|hbox|mathrm|mathbf|mathit|mathsf|mathtt|operatorname)\*?\s*\{[^{}]*\}|\\[A-Za-z]+|[_^]\s*\{[^{}]*\}"
)
_WORD = re.compile(r"(?<![\w{])[A-Za-z]{2,}(?![\w}(])")
_PROSE = re.compile(rf"(?<!\S)(?!{_FUNCTIONS}\b)[A-Za-z]{{2,}}(?!\S)")
_TEX = re.compile(r"\\[A-Za-z,;:!{|]|[\^_{]")
_AMOUNT = re.compile(r"\s?\d")
_ENVIRONMENT = re.compile(
    r"\\begin\{(equation|displaymath|math|align|gather|multline|eqnarray)(\*?)\}(.{0,2000}?)\\end\{\1\2\}", re.DOTALL
)
_LEFT_OPEN = re.compile(r"\s*(?:\\[A-Za-z|{]|[A-Za-z0-9|(]+[\^_=<>|,(]|[A-Za-z](?![\w'])|[‖∥|^_])")
_LEFT_CLOSE = re.compile(r"[A-Za-z)}|%]\$(?:[\s.,;:)-]|$)")
_PLAIN_ENVIRONMENTS = ("equation", "displaymath", "math")


@dataclass(frozen=True, slots=True)
class Formula:
    """A formula of a text: its TeX, whether it is displayed, and where the text goes on."""

    tex: str
    display: bool
    end: int


def is_maths(content: str, following: str) -> bool:
    """Whether what two dollars enclose is a formula; `following` is the character after the closing one.

    "48", "4 \\times 4", "n log n" are; "30 per cow and ", "5 and " before a digit, "HOME and " are not.
    """
    content = html.unescape(content)
    if not content.strip():
        return False
    bare = _TEXT_ARGUMENT.sub(" ", content)
    words = [w for w in _WORD.findall(bare) if not re.fullmatch(_FUNCTIONS, w)]
    tex = bool(_TEX.search(content))
    if _AMOUNT.match(content):
        if tex and not following.isdigit():
            return not _PROSE.search(bare)
        return not words and (tex or not (following.isdigit() or (content[-1].isspace() and not content[0].isspace())))
    if tex:
        return len(words) <= MAX_WORDS
    return not words or (len(words) == 1 and content == content.strip())


class Dollars:
    """The dollars of one text. Each look-up is bounded by the distance to the next one, so all are linear together."""

    def __init__(self, text: str) -> None:
        self.text = text
        found = [m.start() for m in re.finditer(r"\\.|\$", text, re.DOTALL) if m[0] == "$"]
        self._next = dict(pairwise(found))

    def formula_at(self, start: int) -> Formula | None:
        """The formula that the dollar at `start` opens; None where it is money, or a stray."""
        double = self.text.startswith("$$", start)
        opening = start + double
        end = self._next.get(opening)
        if end is None:
            return None
        content = self.text[opening + 1 : end]
        if double:
            closed = bool(content) and self.text.startswith("$$", end)
            return Formula(content, True, end + 2) if closed else None
        return Formula(content, False, end + 1) if is_maths(content, self.text[end + 1 : end + 2]) else None

    def is_stray(self, start: int) -> bool:
        """Whether a dollar that opens nothing is left over from TeX; else it is the sign of money, or a word's."""
        after = self.text[start + 1 : start + 40]
        before = self.text[max(0, start - 5) : start]
        if re.match(r"\s?[\d.]", after) and not re.match(r"[\d.]+[\s\w]{0,6}[\\^_{]", after):
            return False
        if re.search(r"[<>=≤≥^_]\s?[\d.]+$", before):
            return True
        if re.search(r"\d$|(?:^|[\s(])[A-Z]{1,3}$", before) and after[:1] not in ("^", "_"):
            return False
        return bool(_LEFT_OPEN.match(after) or _LEFT_CLOSE.search(before + "$" + after))


def delimited_at(text: str, start: int) -> Formula | None:
    r"""The formula that \(, \[ or \begin{equation} opens at `start`, where it is closed within the limit."""
    found = _ENVIRONMENT.match(text, start)
    if found:
        inner = found[3] if found[1] in _PLAIN_ENVIRONMENTS else found[0]
        return Formula(inner, found[1] != "math", found.end())
    opening = text[start : start + 2]
    closing = {"\\(": "\\)", "\\[": "\\]"}.get(opening)
    end = text.find(closing, start + 2, start + 2 + 5 * MAX_FORMULA) if closing else -1
    return Formula(text[start + 2 : end], opening == "\\[", end + 2) if end >= 0 else None
