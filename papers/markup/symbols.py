"""What TeX commands stand for, as data, and the few rules to look them up."""

from __future__ import annotations

import re
from functools import lru_cache

from latex2mathml.symbols_parser import convert_symbol


def words(text: str) -> frozenset[str]:
    """The words of a list that reads better as a line."""
    return frozenset(text.split())


STYLES = {
    "emph": "em",
    "textit": "em",
    "textsl": "em",
    "mathit": "em",
    "textbf": "strong",
    "mathbf": "strong",
    "boldsymbol": "strong",
    "bm": "strong",
    "texttt": "code",
    "path": "code",
    "verb": "code",
    "textsuperscript": "sup",
    "textsubscript": "sub",
}
DECLARATIONS = {
    "em": "em",
    "it": "em",
    "sl": "em",
    "itshape": "em",
    "slshape": "em",
    "bf": "strong",
    "bfseries": "strong",
    "tt": "code",
    "ttfamily": "code",
}
# Dropped with this many arguments in braces.
DROPPED = dict.fromkeys(
    words("""cite citep citet citealp citealt citeauthor citeyear citeyearpar Citet Citep Ccite citeA nocite autocite
    parencite textcite ref eqref autoref pageref cref Cref label thanks begin end vspace hspace vskip hskip color
    href hyperlink hyperref bibliography bibliographystyle includegraphics input pagestyle thispagestyle textcolor
    usepackage documentclass setcounter footnotemark index"""),
    1,
) | {"setlength": 2, "addtolength": 2}
SPACES = words("newline par quad qquad enspace space hfill linebreak newpage medskip bigskip smallskip")
LAYOUT = words(
    """small tiny large Large LARGE huge Huge normalsize footnotesize scriptsize noindent indent centering xspace
    left right mleft mright big Big bigg Bigg bigl bigr Bigl Bigr biggl biggr displaystyle textstyle scriptstyle
    scriptscriptstyle limits nolimits protect rm sf sc cal mathrm textrm textsc textsf text textup textmd textnormal
    mathsf mathtt mathcal mathbb mathscr mathfrak mathop mathbin mathrel operatorname underline overline ensuremath
    mbox hbox fbox smash phantom rmfamily sffamily scshape upshape mdseries normalfont relax null maketitle sloppy
    nonumber notag allowbreak nobreak title keywords enquote url item emph romannumeral pmb textbf
    textit texttt mathit mathbf boldsymbol bm sqrt frac tfrac dfrac nicefrac sfrac footnote hat tilde bar widetilde
    widehat vec dot ddot check breve math"""
)
FRACTIONS = words("frac tfrac dfrac cfrac nicefrac sfrac")

LETTERS = {
    "ss": "ß", "o": "ø", "O": "Ø", "aa": "å", "AA": "Å", "ae": "æ", "AE": "Æ", "oe": "œ", "OE": "Œ", "l": "ł",
    "L": "Ł", "dh": "ð", "DH": "Ð", "dj": "đ", "DJ": "Đ", "th": "þ", "TH": "Þ", "i": "i", "j": "j", "ng": "ŋ",
}  # fmt: skip
SYMBOLS = {
    "dots": "…", "ldots": "…", "cdots": "⋯", "textellipsis": "…", "LaTeX": "LaTeX", "TeX": "TeX", "S": "§", "P": "¶",
    "copyright": "©", "textregistered": "®", "texttrademark": "™", "pounds": "£", "euro": "€", "texteuro": "€",
    "textdollar": "$", "textmu": "µ", "textdegree": "°", "degree": "°", "textendash": "–", "textemdash": "—",
    "textquotesingle": "'", "textquoteleft": "‘", "textquoteright": "’", "textquotedblleft": "“",
    "textquotedblright": "”", "textbackslash": "", "backslash": "", "textasciitilde": "~", "textasciicircum": "^",
    "textunderscore": "_", "textless": "<", "textgreater": ">", "textbar": "|", "texttimes": "×", "textpm": "±",
    "textbullet": "•", "item": " • ", "lt": "<", "gt": ">", "lbrace": "{", "rbrace": "}", "ie": "i.e.", "eg": "e.g.",
    "etal": "et al.", "etc": "etc.", "eps": "ε", "epsilon": "ε", "R": "ℝ", "RR": "ℝ", "CC": "ℂ",
    "NN": "ℕ", "ZZ": "ℤ", "QQ": "ℚ", "FF": "𝔽", "PP": "ℙ", "EE": "𝔼", "real": "ℝ", "reals": "ℝ",
    "Re": "ℝ", "vert": "|", "lvert": "|", "rvert": "|", "mid": "|", "Vert": "‖", "lVert": "‖", "rVert": "‖",
    "colon": ":", "ast": "*", "star": "⋆", "prime": "′", "circ": "∘", "cdot": "·", "sim": "∼", "setminus": "∖",
    "ell": "ℓ", "phi": "φ", "varphi": "φ",
}  # fmt: skip
CONTROLS = {"-": "", "/": "", "!": "", "@": "", " ": " ", ",": " ", ";": " ", ":": " ", ">": " ", "\\": " ", "|": "‖"}

ACCENTS = {
    "'": "\u0301", "`": "\u0300", "^": "\u0302", '"': "\u0308", "~": "\u0303", "=": "\u0304", ".": "\u0307",
    "u": "\u0306", "v": "\u030c", "H": "\u030b", "c": "\u0327", "k": "\u0328", "r": "\u030a", "b": "\u0331",
    "d": "\u0323", "hat": "\u0302", "widehat": "\u0302", "tilde": "\u0303", "widetilde": "\u0303", "Tilde": "\u0303",
    "bar": "\u0304", "check": "\u030c", "breve": "\u0306", "acute": "\u0301", "grave": "\u0300", "dot": "\u0307",
    "ddot": "\u0308", "vec": "\u20d7",
}  # fmt: skip
BLACKBOARD = {"C": "ℂ", "F": "𝔽", "E": "𝔼", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "S": "𝕊", "Z": "ℤ"}

# Authors' own macros that are common enough to be known, for the formulas that a converter refuses.
MACROS = {
    "eps": r"\epsilon ", "R": r"\mathbb{R}", "RR": r"\mathbb{R}", "reals": r"\mathbb{R}", "real": r"\mathbb{R}",
    "Real": r"\mathbb{R}", "bbR": r"\mathbb{R}", "E": r"\mathbb{E}", "EE": r"\mathbb{E}", "N": r"\mathbb{N}",
    "Z": r"\mathbb{Z}", "cO": r"\mathcal{O}", "calo": r"\mathcal{O}", "bigO": r"\mathcal{O}", "bigo": r"\mathcal{O}",
    "otilde": r"\widetilde{O}", "Ot": r"\widetilde{O}", "bigOtil": r"\widetilde{O}", "Tilde": r"\tilde",
    "wt": r"\widetilde", "half": r"\frac{1}{2}", "nicefrac": r"\frac", "sfrac": r"\frac", "textsc": r"\text",
    "textsf": r"\text", "emph": r"\textit", "xspace": "", "ensuremath": "", "nonumber": "", "notag": "",
    "arg": r"\operatorname{arg}", "CC": r"\mathbb{C}", "NN": r"\mathbb{N}", "ZZ": r"\mathbb{Z}", "QQ": r"\mathbb{Q}",
    "FF": r"\mathbb{F}", "PP": r"\mathbb{P}",
}  # fmt: skip

# "\emphnon-linear", "\mathbbR": a source has eaten the braces. The last six only before one letter or a capital,
# since "\logic" is no logarithm.
_GLUED = re.compile(
    r"(emph|textbf|textit|textsc|texttt|textrm|mathbb|mathcal|mathbf|mathrm|mathsf|mathscr|boldsymbol|widetilde"
    r"|widehat|sqrt|begin|end|cite[pt]?)([A-Za-z]+)|(text|tilde|hat|bar|log|bf|bm)([A-Za-z]|[A-Z][A-Za-z]*)"
)


def unglued(name: str) -> tuple[str, str] | None:
    """("mathbb", "R") of "mathbbR"; None where no known command begins the name."""
    found = _GLUED.fullmatch(name)
    return (found[1] or found[3], found[2] or found[4]) if found else None


@lru_cache(maxsize=4096)
def symbol(name: str) -> str | None:
    """The character that a command without arguments stands for: "α" of "alpha". None where it is no symbol."""
    if name in SYMBOLS:
        return SYMBOLS[name]
    code = convert_symbol("\\" + name)
    return chr(int(code, 16)) if code else None
