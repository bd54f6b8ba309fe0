"""Text-mode TeX and light HTML → a flat, well-nested run of pieces. One pass, linear, never raises."""

from __future__ import annotations

import html
import re
import unicodedata

from papers.markup import symbols, tokens
from papers.markup.clean import HTML_STYLES, cleaned, is_known_tag
from papers.markup.dollars import Dollars, Formula, delimited_at
from papers.markup.tokens import Frame, Group, Piece

MAX_NESTING = 12


def parse(text: str, *, maths: bool = False) -> list[Piece]:
    """The pieces of a text; with `maths`, of a formula that is to be read as text."""
    return _Parser(text, maths).run()


class _Parser:
    def __init__(self, text: str, maths: bool) -> None:
        self.text = text
        self.maths = maths
        self.position = 0
        self.pieces: list[Piece] = []
        self.frames = [Frame()]
        self.expected: list[Group] = []
        self.depth = 0
        self.quotes = {"“": 0, "‘": 0}
        self.partners = tokens.partners(text)
        self.dollars = Dollars(text)

    def run(self) -> list[Piece]:
        while found := tokens.TOKEN.match(self.text, self.position):
            start, self.position = self.position, found.end()
            kind = found.lastgroup or "plain"
            if self.expected and kind != "opening" and not found[0].isspace():
                self.expected.clear()
            getattr(self, f"_{kind}")(found[0], start)
        while self.frames:
            self._leave(self.frames.pop())
        return self.pieces

    def _say(self, text: str) -> None:
        if text:
            self.pieces.append(Piece("text", text))

    def _rest(self, length: int = 1) -> str:
        return self.text[self.position : self.position + length]

    def _enter(self, tag: str, frame: Frame) -> None:
        if self.depth < MAX_NESTING:
            self.depth += 1
            frame.tags.append(tag)
            self.pieces.append(Piece("open", tag))

    def _leave(self, frame: Frame) -> None:
        for tag in reversed(frame.tags):
            self.depth -= 1
            self.pieces.append(Piece("close", tag))
        self._say(frame.after)

    def _previous(self, start: int) -> str:
        return self.text[start - 1] if start else " "

    def _plain(self, taken: str, start: int) -> None:
        self._say(taken)

    def _entity(self, taken: str, start: int) -> None:
        self._say(cleaned(html.unescape(taken)))

    def _tag(self, taken: str, start: int) -> None:
        name = taken.strip("</ >").split()[0].split("/")[0].lower()
        tag = HTML_STYLES.get(name.removeprefix("jats:"))
        if name in ("math", "mml:math") and (end := self.text.find(f"</{name}>", start, start + 20_000)) > 0:
            self.position = end + len(name) + 3
            apart = self._previous(start).isalnum(), self._rest().isalnum()
            self._say(" " * apart[0])
            self.pieces.append(Piece("mathml", self.text[start : self.position]))
            self._say(" " * apart[1])
        elif tag is None:
            if not is_known_tag(name):
                self._say("<")  # a "<mask>" is a word of the text
                self.position = start + 1
            elif is_known_tag(name, block=True):
                self._say(" ")
        elif taken.startswith("</"):
            self._close_html(tag)
        elif self.text.find(f"</{name}", start, start + 4_000) > 0:
            self._enter(tag, self.frames[-1])
        else:
            self._say(taken)

    def _close_html(self, tag: str) -> None:
        frame = self.frames[-1]
        if tag in frame.tags:
            while frame.tags:
                last = frame.tags.pop()
                self.depth -= 1
                self.pieces.append(Piece("close", last))
                if last == tag:
                    break

    def _opening(self, taken: str, start: int) -> None:
        group = self.expected.pop(0) if self.expected else Group()
        if group.dropped:
            self.position = self.partners.get(start, start) + 1
            if self._rest() in tuple(".,;:)") and self.pieces and self.pieces[-1].kind == "text":
                self.pieces[-1] = Piece("text", self.pieces[-1].value.rstrip())  # "PoseNet \\cite{x}." has no "t ."
            return
        self._say(group.before)
        frame = Frame(group.after)
        if group.tag and start in self.partners:
            self._enter(group.tag, frame)
        self.frames.append(frame)

    def _closing(self, taken: str, start: int) -> None:
        if len(self.frames) > 1:
            self._leave(self.frames.pop())

    def _dollar(self, taken: str, start: int) -> None:
        formula = None if self.maths else self.dollars.formula_at(start)
        if formula:
            self._formula(formula)
        elif not self.maths and not self.dollars.is_stray(start):
            self._say("$")

    def _delimited(self, taken: str, start: int) -> None:
        formula = None if self.maths else delimited_at(self.text, start)
        if formula:
            self._formula(formula)
        elif taken == "\\begin":
            self._command(taken, start)

    def _formula(self, formula: Formula) -> None:
        self.pieces.append(Piece("display" if formula.display else "maths", formula.tex))
        self.position = formula.end

    def _script(self, taken: str, start: int) -> None:
        tag = "sup" if taken == "^" else "sub"
        following = self._rest(2)
        based = self.maths or taken == "^" or bool(tokens.WORDLIKE.match(self._previous(start)))
        if following[:1] == "{" and self.position in self.partners:
            self.expected = [Group(tag) if based else Group()]
        elif following[:1] == "\\" and following[1:].isalpha():
            found = tokens.COMMAND.match(self.text, self.position)
            value = symbols.symbol(found[1]) if found else None
            if found and value:
                self._scripted(tag, value)
                self.position = found.end()
        elif self.maths and following.strip()[:1] not in ("", "\\", "{", "}", "^", "_"):
            self._scripted(tag, following.strip()[0])
            self.position += 1 + following[0].isspace()
        elif not self.maths:
            self._say(taken)

    def _scripted(self, tag: str, character: str) -> None:
        if tag == "sup" and character in "∘°′":
            self._say("°" if character == "∘" else character)
        else:
            self.pieces += [Piece("open", tag), Piece("text", character), Piece("close", tag)]

    def _quote(self, taken: str, start: int) -> None:
        if self.maths:
            self._say(taken)
        elif taken == "``":
            self.quotes["“"] += 1
            self._say("“")
        elif taken in ("''", '"') and self.quotes["“"]:
            self.quotes["“"] -= 1
            self._say("”")
        elif taken == "`" and tokens.CITED.match(self.text, self.position):
            self.quotes["‘"] = 1
            self._say("‘")
        elif taken == "'" and self.quotes["‘"] and not self._rest().isalnum():
            self.quotes["‘"] = 0
            self._say("’")
        else:
            self._say(taken)

    def _dash(self, taken: str, start: int) -> None:
        option = self._rest() == ">" or (self._previous(start).isspace() and self._rest().isalpha())
        dash = {2: taken if option else "–", 3: "—"}.get(len(taken), taken)
        self._say(taken if self.maths or self.frames[-1].tags[-1:] in (["sup"], ["sub"]) else dash)

    def _tilde(self, taken: str, start: int) -> None:
        before, after = self._previous(start), self._rest()
        tie = re.match(r"[^\W_]|[.,;:)\]}'%]", before) and re.match(r"[^\W_]|[\\$(\[{]", after)
        about = after.isdigit() and (before.isdigit() or before in ")]}")  # "70~100", "L_{x}~10"
        self._say("\u00a0" if self.maths or (tie and not about) else taken)

    def _control(self, taken: str, start: int) -> None:
        character = taken[1:]
        if character in symbols.ACCENTS and not self.maths:
            self._accent(symbols.ACCENTS[character], tokens.ACCENTED, character if character == "~" else "")
        elif character not in ("(", ")", "[", "]", *symbols.ACCENTS):
            self._say(symbols.CONTROLS.get(character, character))

    def _accent(self, mark: str, pattern: re.Pattern[str], alone: str) -> bool:
        found = pattern.match(self.text, self.position)
        if not found:
            return False
        self.position = found.end()
        letter = next((g for g in found.groups() if g), None)
        self._say(unicodedata.normalize("NFC", letter + mark) if letter else alone)
        return True

    def _command(self, taken: str, start: int) -> None:
        name = taken[1:].rstrip("*")
        if name in symbols.ACCENTS:
            pattern = tokens.ACCENTED if len(name) > 1 else tokens.ACCENTED_AFTER_LETTERS
            if self._accent(symbols.ACCENTS[name], pattern, ""):
                return
        if not self._take(name):
            self._unknown(name)

    def _take(self, name: str) -> bool:
        """Does what a known command says. False where the command is not known."""
        if name in symbols.LETTERS:
            self.position += self._rest().isspace()
            self._say(symbols.LETTERS[name])
        elif name in symbols.DROPPED:
            self._skip_option()
            self.expected = [Group(dropped=True)] * symbols.DROPPED[name]
        elif name in symbols.STYLES:
            self.expected = [Group(symbols.STYLES[name])]
        elif name in symbols.DECLARATIONS:
            self._declare(symbols.DECLARATIONS[name])
        elif name in symbols.SPACES:
            self._say(" ")
        elif not self._construct(name) and name not in symbols.LAYOUT:
            value = symbols.symbol(name)
            self._say(value or "")
            return value is not None
        return True

    def _construct(self, name: str) -> bool:
        """A command that adds signs of its own: a fraction, a root, a footnote, a blackboard letter."""
        if name in symbols.FRACTIONS:
            self._fraction()
        elif name == "footnote":
            self.expected = [Group(before=" (", after=")")]
        elif name == "sqrt":
            self._say("√")
            self._skip_option()
            self.expected = [self._bracketed("", "")]
        elif name == "mathbb" and (found := tokens.CAPITAL.match(self.text, self.position)):
            letter = found[1] or found[2]
            self._say(symbols.BLACKBOARD.get(letter, letter))
            self.position = found.end()
        else:
            return False
        return True

    def _unknown(self, name: str) -> None:
        glued = symbols.unglued(name)
        if glued:
            self.position -= len(glued[1])
            if glued[0] in ("begin", "end", "cite", "citep", "citet"):
                self.position += len(glued[1])
            else:
                self._command("\\" + glued[0], self.position)
        elif self._rest() != "{" or self._rest(2) == "{}":
            self._say(name)  # an author's own macro, mostly the name of a method: a word of the sentence

    def _skip_option(self) -> None:
        found = tokens.OPTION.match(self.text, self.position)
        self.position = found.end() if found else self.position

    def _declare(self, tag: str) -> None:
        if len(self.frames) > 1:
            self._enter(tag, self.frames[-1])
        self.position += self._rest().isspace()

    def _bracketed(self, before: str, after: str, start: int | None = None) -> Group:
        """The group at `start` between round brackets, unless it is one number, letter or symbol."""
        simple = tokens.SIMPLE.match(self.text, self.position if start is None else start)
        return Group("", before if simple else before + "(", after if simple else ")" + after)

    def _fraction(self) -> None:
        digits = tokens.DIGITS.match(self.text, self.position)
        if digits:
            self._say(f"{digits[1]}/{digits[2]}")
            self.position = digits.end()
            return
        start = self.position + self._rest().isspace()
        second = self.partners.get(start, -1) + 1
        self.expected = [self._bracketed("", "/", start), self._bracketed("", "", second)] if second else []
