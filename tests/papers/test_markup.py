from __future__ import annotations

import gzip
import json
import re
import time
from itertools import islice
from typing import Any

import html5lib
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from papers.markup import abstract_html, plain_text, title_html
from papers.markup.clean import ATTRIBUTES, TAGS, sanitised
from papers.markup.dollars import is_maths
from papers.markup.maths import mathml
from tests.shared import SHARED, needs_shared

PARSER = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)


def parsed(markup: str) -> Any:
    """The fragment as html5lib reads it. Raises on any parse error and on what the allow-list does not name."""
    fragment = PARSER.parseFragment(markup)
    for element in fragment.iter():
        if isinstance(element.tag, str) and element.tag != "DOCUMENT_FRAGMENT":
            tag = element.tag.removeprefix("{http://www.w3.org/1998/Math/MathML}")
            assert tag in TAGS, tag
            assert set(element.attrib) <= ATTRIBUTES.get(tag, set()), element.attrib
    return fragment


def visible(markup: str) -> str:
    return "".join(parsed(markup).itertext())


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"($1\textrm{fs}=10^{-15}\textrm{s}$)", "(1fs=10⁻¹⁵s)"),
        (r"of $10^{5} - 10^{6}\:\textrm{fs}$.", "of 10⁵ - 10⁶ fs."),
        (r"two $4 \times 4$ matrices using $48$ scalar", "two 4 × 4 matrices using 48 scalar"),
        (r"$O(n \log n)$ and \(x_i\) and $$y^{k+1}$$", "O(n log n) and x_i and y^(k+1)"),
        (r"{\em uncertainty} la\-bel", "uncertainty label"),
        (r"\emph{a {\bf b} c} \textsc{d}\texttt{e}", "a b c de"),
        (
            r"Erd\H{o}s, Lov\'{a}sz~Na\"{\i}ve \'Ecole stra\ss e \v s \c{c} \aa\l",
            "Erdős, Lovász Naïve École straße š ç åł",
        ),
        ("``quoted'' and `one' -- a---b 1--2", "“quoted” and ‘one’ – a—b 1–2"),
        (r"90\% R\&D a\_b \#1 \$5 \{x\}", "90% R&D a_b #1 $5 {x}"),
        (r"see \cite{a,b}, \url{http://a.example/b} \href{http://c.example}{text}", "see, http://a.example/b text"),
        (r"\foo{bar} \vatex{} is \noindent good", "bar vatex is good"),
        (r"\mathbbR^d \sqrtT \emphnon-linear \tildeO(n) \frac{a+1}{2}", "ℝ^d √T non-linear Õ(n) (a+1)/2"),
        ("10^{5}, x_{i}, a_b, O(n^2)", "10⁵, x_i, a_b, O(n^2)"),
        (
            "<jats:title>Abstract</jats:title><jats:p>H<sub>2</sub>O &amp;amp; &lt;i&gt;E. coli&lt;/i&gt;</jats:p>",
            "H₂O & E. coli",
        ),
        ("a < b, p<0.05, T<1, <mask> and <unk>", "a < b, p<0.05, T<1, <mask> and <unk>"),
        ("in<mml:math><mml:msqrt><mml:mi>s</mml:mi></mml:msqrt></mml:math>and", "in √s and"),
        ("Mn<math><msub><mi>x</mi><mn>2</mn></msub></math>", "Mn x₂"),
        ("http://a.example/~b about ~5% 10~20", "http://a.example/~b about ~5% 10~20"),
        ("}{ {{ } a", "a"),
        (r"360$^{\circ}$ view", "360° view"),
        (r"J^{PC}=1^{--}, B --> X, $\CC^n$, ${A}_{\infty}$", "J^PC=1⁻⁻, B --> X, ℂⁿ, A_∞"),
        (r"if $q<1$ then \alpha < 1$", "if q<1 then α < 1"),
        ("&lt;p&gt;&lt;span class='x'&gt;Cells&lt;/span&gt;&lt;/p&gt;", "Cells"),
        (r"L_{1.4GHz}~10^{32}, Schr\&quot;odinger", "L_(1.4GHz)~10³², Schrödinger"),
    ],
)
def test_it_resolves_markup(text: str, plain: str) -> None:
    assert plain_text(text) == plain
    assert not re.search(r"\\[a-zA-Z]", visible(abstract_html(text)))


@pytest.mark.parametrize(
    "text",
    [
        "$30 per cow",
        "between $5 and $10",
        "US$ 20 and US$ 30",
        "from $100K to $1M, or $5-$10",
        "a cost of $1.5 million per $1,000",
        "an offer (in US$)",
        "costs 300$ and 2000$.",
        "$HOME and $PATH",
        "costs $5 for one and $6 for another, or (about $200)",
    ],
)
def test_it_leaves_money_alone(text: str) -> None:
    assert plain_text(text) == text
    assert abstract_html(text) == text


def test_it_tells_money_from_maths_in_one_sentence() -> None:
    assert plain_text("$30 per cow and $x^2$ for $5") == "$30 per cow and x² for $5"


@pytest.mark.parametrize(
    "content",
    [
        "48",
        r"4 \times 4",
        "n",
        "k, l",
        "n log n",
        r"x \text{ if it is so}",
        " n ",
        "2n+1",
        "10K",
        "0.0&lt;x&lt;1.0",
        r"7.58^{+0.1}_{-0.2}(stat)",
    ],
)
def test_it_knows_formulas(content: str) -> None:
    assert is_maths(content, " ")


@pytest.mark.parametrize(("content", "following"), [("5 and ", "1"), ("30 per cow and ", "x"), (" ", " "), ("5-", "1")])
def test_it_knows_prices(content: str, following: str) -> None:
    assert not is_maths(content, following)


def test_it_sets_styles_and_formulas() -> None:
    assert abstract_html(r"{\em a} \textbf{b} <i>c</i> x_{i}") == "<em>a</em> <strong>b</strong> <i>c</i> x<sub>i</sub>"
    assert title_html("$$x$$") == '<math display="inline"><mrow><mi>x</mi></mrow></math>'
    assert 'display="block"' in abstract_html("$$x$$")


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href='javascript:alert(1)'>x</a>",
        r"$\href{javascript:alert(1)}{x}$",
        r"$\style{position:fixed}{x}$",
        r"$\text{<script>alert(1)</script>}$",
        r"$\mbox{<img src=x onerror=alert(1)>}$",
        "<math><annotation-xml encoding='text/html'><script>alert(1)</script></annotation-xml></math>",
        "<math><mi xlink:href='javascript:alert(1)' style='color:red' onclick='x'>a</mi></math>",
        "&lt;script&gt;alert(1)&lt;/script&gt;",
        "&amp;lt;script&amp;gt;",
        "<svg><style><img src=x onerror=alert(1)></style></svg>",
        "<i><math><mtext></i><script>x",
    ],
)
def test_it_disarms(text: str) -> None:
    for markup in (title_html(text), abstract_html(text)):
        parsed(markup)
        assert not re.search(r"<script|<img|<a |<svg|<style", markup, re.IGNORECASE)


def test_it_bounds_lengths_in_formulas() -> None:
    assert "width" not in abstract_html(r"$a\hspace{9999em}b$")
    assert "width" in abstract_html(r"$a\:b$")


@pytest.mark.parametrize("tex", ["x" * 2001, "{" * 60 + "x" + "}" * 60, "x^2^3", r"\def\a{\a\a}\a", "a}{"])
def test_it_refuses_what_cannot_be_set(tex: str) -> None:
    assert mathml(tex) is None


def test_it_shows_a_refused_formula_as_text() -> None:
    assert visible(abstract_html(r"rate $x^2^3 \leq \alpha$ here")) == "rate x23 ≤ α here"
    assert "$" not in visible(abstract_html("a $" + "x+" * 1500 + "x$ b"))


def test_it_drops_what_cannot_be_shown() -> None:
    assert plain_text("a\x00b\ud800c\u202ed\u00ade\uffff") == "abcde"
    assert abstract_html("a\x00b$\x01x$\ufdd0") == 'ab<math display="inline"><mrow><mi>x</mi></mrow></math>'


@pytest.mark.parametrize(
    "unit", ["{", "$", "$x$", "<i>", r"\cite{", r"\frac{", "^{", "<!--", "<script>", r"\(", "`a", "<math>"]
)
def test_it_stays_linear_on_hostile_repetition(unit: str) -> None:
    text = unit * (60_000 // len(unit))
    started = time.perf_counter()
    parsed(abstract_html(text))
    assert time.perf_counter() - started < 10


def test_it_passes_plain_abstracts_quickly() -> None:
    text = "We study the estimation of a density from few samples, and show when it is consistent. " * 15
    started = time.perf_counter()
    for _ in range(1_000):
        abstract_html(text)
    assert time.perf_counter() - started < 1


FRAGMENTS = [*r"\{}$^_~`'<>&;a1 -(", r"\em ", r"\frac", r"\emph{", "<i>", "</i>", "$x$", "$$", r"\(", r"\)", "<script>"]
FRAGMENTS += [
    "<math>",
    "</math>",
    "<mi>",
    "&lt;",
    "&#0;",
    r"\text{",
    r"\left(",
    r"\begin{matrix}",
    "\x00",
    "<!--",
    "\ud800",
]
TEX_LIKE = st.lists(st.sampled_from(FRAGMENTS), max_size=40).map("".join)


@settings(max_examples=400, deadline=None)
@given(TEX_LIKE | st.text(st.characters(codec=None), max_size=80))
def test_it_never_raises_and_is_always_clean(text: str) -> None:
    for markup in (title_html(text), abstract_html(text)):
        assert sanitised(markup) == markup
        assert "<script" not in markup.lower()
        parsed(markup)
    assert "\x00" not in plain_text(text)


PLAIN = st.text(
    st.characters(exclude_characters="\\${}<&~^`-", exclude_categories=("Cc", "Cf", "Cs", "Cn")), max_size=200
)


@given(PLAIN)
def test_it_preserves_text_without_markup(text: str) -> None:
    assert plain_text(text) == " ".join(text.split())
    assert " ".join(visible(abstract_html(text)).split()) == " ".join(text.split())
    assert plain_text(plain_text(text)) == plain_text(text)


def captured_texts() -> list[str]:
    return (SHARED / "seed" / "author_page.txt").read_text().splitlines()


def words(text: str) -> list[str]:
    return re.findall(r"[^\W\d_]{3,}", text)


@needs_shared
def test_it_leaves_no_tex_in_the_capture() -> None:
    seen = 0
    for raw in captured_texts():
        shown = visible(abstract_html(raw))
        for text in (shown, plain_text(raw)):
            assert not re.search(r"[\\{}]|\$(?!30 per cow)", text), text
        expected = words(raw.replace(r"la\-bel", "label").replace(r"\textrm", "").replace(r"\times", ""))
        remaining = iter(words(shown))
        assert all(word in remaining for word in expected), raw
        seen += len(expected)
    assert seen > 6_000


@needs_shared
def test_it_sets_the_dirt_of_five_thousand_abstracts() -> None:
    dirty = 0
    with gzip.open(SHARED / "corpus" / "papers.jsonl.gz", "rt") as lines:
        for line in islice(lines, 0, None, 19):
            paper = json.loads(line)
            for raw in filter(None, (paper["title"], paper["abstract"])):
                if re.search(r"[\\${}<&~^`]", raw):
                    dirty += 1
                    assert "\\" not in visible(abstract_html(raw))
                    assert not re.search(r"\\|\$[^\s\d.,;)]*[\\^_]", plain_text(raw))
    assert dirty > 300
