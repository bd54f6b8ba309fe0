"""What may come in, and what may go out: characters, HTML tags of the sources, and the allow-list of our own HTML."""

from __future__ import annotations

import re

import nh3

from papers.markup.symbols import words

# C0 and C1 controls, lone surrogates, non-characters, soft hyphens, byte order marks, and the marks that would turn
# the reading direction of what follows on the page.
_UNWANTED = re.compile(
    "[\x00-\x08\x0b\x0e-\x1b\x7f-\x84\x86-\x9f\u00ad\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufdd0-\ufdef\ufeff"
    + "".join(f"{chr(plane * 0x10000 + 0xFFFE)}{chr(plane * 0x10000 + 0xFFFF)}" for plane in range(17))
    + "]"
)
_SPACES = re.compile(r"\s+")

HTML_STYLES = {
    "i": "i", "em": "em", "italic": "i", "b": "b", "strong": "strong", "bold": "b", "sub": "sub", "sup": "sup",
}  # fmt: skip
_BLOCKS = words("p br div li ul ol title sec list list-item h1 h2 h3 h4 h5 h6 tr td table section label")
_INLINE = words(
    """a span u s sc small big font tt code pre cite q abbr mark ins del var kbd samp center strike underline monospace
    styled-content ext-link uri xref inline-formula disp-formula formula alternatives tex-math inline-graphic graphic
    img input form button iframe object embed svg html body head meta link base style script noscript template
    textarea select option video audio source canvas xmp plaintext noembed inf named-content email"""
)
_ENTITY_TAG = re.compile(
    r"&lt;(/?(?:jats:)?(?:i|em|b|strong|sub|sup|italic|bold|p|br|div|span|u|li|ul|ol|h[1-6])(?:\s[^<>&]{0,200})?/?)&gt;",
    re.IGNORECASE,
)
_TWICE = re.compile(r"&amp;(?=(?:#\d{1,6}|#x[0-9a-f]{1,6}|[a-z]{2,8});)", re.IGNORECASE)
# Contents that are no words: scripts, comments, and the prelude of a formula that came as a whole document.
_SILENT = re.compile(
    r"<(script|style|template|iframe|noscript)\b[^<>]{0,500}>.{0,5000}?</\1\s?>|<!--.{0,2000}?-->|<!\[CDATA\[|\]\]>"
    r"|(?<=</mml:math>)\s?<((?:jats:)?tex-math)\b[^<>]{0,200}>.{0,5000}?</\2>"
    r"|<((?:jats:)?tex-math)\b[^<>]{0,200}>.{0,5000}?</\3>\s?(?=<mml:math)"
    r"|\\documentclass.{0,2000}?\\begin\s?\{document\}|\\end\s?\{document\}",
    re.IGNORECASE | re.DOTALL,
)
_SECTION_TITLE = re.compile(r"<(jats:title)>\s*(?:abstract|summary)\s*</\1>", re.IGNORECASE)

_LENGTH = re.compile(r"-?0?\.\d{1,3}em|[0-2](?:\.\d{1,3})?em|0")
_LENGTHS = words("width lspace rspace minsize maxsize linethickness rowspacing columnspacing")
MATHML_TAGS = words(
    """math mrow mi mn mo mtext mspace msup msub msubsup mover munder munderover mfrac msqrt mroot mtable mtr mtd
    mpadded mphantom mstyle menclose mmultiscripts mprescripts none"""
)
TAGS = MATHML_TAGS | {"em", "i", "strong", "b", "sub", "sup", "code"}
ATTRIBUTES: dict[str, set[str]] = {
    "math": {"display"},
    "mi": {"mathvariant"},
    "mn": {"mathvariant"},
    "mtext": {"mathvariant"},
    "mo": set(
        words("stretchy fence form separator symmetric largeop movablelimits accent lspace rspace minsize maxsize")
    ),
    "mspace": {"width"},
    "mfrac": {"linethickness"},
    "mover": {"accent"},
    "munder": {"accentunder"},
    "munderover": {"accent", "accentunder"},
    "mstyle": {"displaystyle", "scriptlevel"},
    "mtable": {"columnalign", "rowspacing", "columnspacing", "displaystyle"},
    "menclose": {"notation"},
}


def cleaned(text: str) -> str:
    """The text without characters that cannot or must not be shown."""
    return text if text.isascii() and text.isprintable() else _UNWANTED.sub("", text)


def prepared(text: str) -> str:
    """A source's text, ready to parse: clean, on one line, HTML that was escaped once too often restored."""
    text = _SPACES.sub(" ", cleaned(text)).strip()
    if "&" in text:
        text = _ENTITY_TAG.sub(r"<\1>", _TWICE.sub("&", text)).replace("&quot;", '"').replace("&apos;", "'")
    return _SECTION_TITLE.sub("", _SILENT.sub("", text)) if "<" in text or "\\" in text else text


def is_known_tag(name: str, *, block: bool = False) -> bool:
    """Whether a name is a tag of HTML, JATS or MathML and no mere word; with `block`, one that parts words."""
    bare = name.rpartition(":")[2]
    if bare in _BLOCKS:
        return True
    return not block and (bare in _INLINE or bare in MATHML_TAGS or name.startswith(("jats:", "mml", "m:")))


def _bounded(tag: str, attribute: str, value: str) -> str | None:
    """No length that could push a formula over the page; no value that is more than a word."""
    fits = _LENGTH.fullmatch(value) if attribute in _LENGTHS else re.fullmatch(r"[a-z0-9 -]{1,40}", value)
    return value if fits else None


_CLEANER = nh3.Cleaner(
    tags=set(TAGS),
    clean_content_tags=set(),
    attributes=ATTRIBUTES,
    attribute_filter=_bounded,
    link_rel=None,
    generic_attribute_prefixes=set(),
)


def sanitised(markup: str) -> str:
    """The HTML with nothing in it that the allow-list does not name. Idempotent."""
    return _CLEANER.clean(markup)
