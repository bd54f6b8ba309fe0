from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from papers.identifiers import (
    SCHEMES,
    InvalidIdentifier,
    address,
    arxiv_id_and_version,
    keep_valid,
    normalise,
    normalise_all,
    orcid_check_character,
)

FIFTEEN = st.text("0123456789", min_size=15, max_size=15)
MONTHS = st.integers(1, 12).map("{:02d}".format)
NEW_ARXIV = st.builds(
    "{}{}.{}".format, st.integers(7, 99).map("{:02d}".format), MONTHS, st.from_regex(r"\A[0-9]{4,5}\Z")
)
OLD_ARXIV = st.builds(
    "{}/{}{}{}".format,
    st.sampled_from(["hep-th", "math", "cs", "cond-mat", "q-bio", "astro-ph"]),
    st.sampled_from(["92", "99", "00", "07"]),
    MONTHS,
    st.from_regex(r"\A[0-9]{3}\Z"),
)
DOI_TAIL = st.text(st.sampled_from("abcXYZ019-._;()/:<>[]+%#?&é"), min_size=1, max_size=60)
SAMPLES = {
    "doi": "https://doi.org/10.1038/Nature14539",
    "orcid": "https://orcid.org/0000-0002-1825-0097",
    "arxiv": "arXiv:1706.03762v5",
    "openalex": "https://openalex.org/a5023888391",
    "semanticscholar": "https://www.semanticscholar.org/author/Ada-Lovelace/1741101",
    "corpusid": "CorpusID:258059792",
    "pmid": "https://pubmed.ncbi.nlm.nih.gov/29456894/",
    "pmcid": "https://www.ncbi.nlm.nih.gov/pmc/articles/PMC11116106/",
    "dblp": "https://dblp.org/pid/n/SebastianNowozin.html",
    "ror": "https://ror.org/05G3DTE14",
    "ieee": "ieee:37086453282",
    "openreview": "openreview:~Ada_Lovelace1",
    "acl": "acl:ada-lovelace",
    "capture": "sebastian-nowozin",
}


def orcid_of(digits: str) -> str:
    bare = digits + orcid_check_character(digits)
    return "-".join(bare[i : i + 4] for i in range(0, 16, 4))


def test_it_has_a_sample_of_every_scheme() -> None:
    assert set(SAMPLES) == SCHEMES


@pytest.mark.parametrize("scheme", sorted(SAMPLES))
def test_it_reads_what_sources_write_and_what_it_gave(scheme: str) -> None:
    bare = normalise(scheme, SAMPLES[scheme])
    assert normalise(scheme, bare) == bare
    assert normalise(scheme, f"  {SAMPLES[scheme]}\n") == bare
    assert "://" not in bare


@pytest.mark.parametrize("scheme", sorted(SAMPLES))
@pytest.mark.parametrize("of", ["paper", "author"])
def test_it_reads_back_its_own_addresses(scheme: str, of: str) -> None:
    bare = normalise(scheme, SAMPLES[scheme])
    page = address(scheme, bare, of=of)
    if page and scheme not in ("ieee", "openreview", "acl"):
        assert normalise(scheme, page) == bare


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
@example(text="~\x00")
@example(text="10.1234/\ud800")
@example(text="10.1234/a%252fb")
@example(text="https://doi.org/10.1234/%2541%00")
@example(text="a/b.xml.html")
@given(text=st.text(max_size=80) | st.text(st.sampled_from("10./-:~Wa% \x00\n<>?#é"), max_size=40))
def test_it_is_idempotent_or_refuses(scheme: str, text: str) -> None:
    try:
        bare = normalise(scheme, text)
    except InvalidIdentifier:
        return
    assert normalise(scheme, bare) == bare
    assert bare == bare.strip()
    assert bare.isprintable()
    assert len(bare) <= 300


@pytest.mark.parametrize("scheme", sorted(SCHEMES))
@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\x00",
        "javascript:alert(1)",
        "<script>alert(1)</script>",
        "https://evil.example/",
        "10.1/x\ny",
        "a b",
        "'" * 9,
        "9" * 500,
        "a/" * 300,
        "../../../etc/passwd",
        "٣" * 8,
        "\ud800",
    ],
)
def test_it_refuses_hostile_text(scheme: str, text: str) -> None:
    with pytest.raises(InvalidIdentifier, match=r".{20,400}"):
        normalise(scheme, text)


def test_it_names_known_schemes() -> None:
    with pytest.raises(InvalidIdentifier, match="known are acl, arxiv"):
        normalise("isbn", "1")


@given(FIFTEEN)
def test_it_checks_orcid_characters(digits: str) -> None:
    good = orcid_of(digits)
    assert normalise("orcid", good) == good
    assert normalise("orcid", good.replace("-", "").lower()) == good
    assert normalise("orcid", f"http://www.orcid.org/{good}") == good
    for wrong in set("0123456789X") - {good[-1]}:
        with pytest.raises(InvalidIdentifier, match="last character"):
            normalise("orcid", good[:-1] + wrong)


@given(FIFTEEN, st.integers(0, 14), st.integers(1, 9))
def test_it_finds_every_wrong_digit(digits: str, place: int, by: int) -> None:
    changed = digits[:place] + str((int(digits[place]) + by) % 10) + digits[place + 1 :]
    with pytest.raises(InvalidIdentifier):
        normalise("orcid", changed + orcid_check_character(digits))


def test_it_knows_orcid_with_x() -> None:
    assert normalise("orcid", "0000-0002-1694-233x") == "0000-0002-1694-233X"


@given(NEW_ARXIV | OLD_ARXIV, st.none() | st.integers(1, 40))
@example("0704.0001", 1)
def test_it_reads_arxiv_ids_and_versions(bare: str, version: int | None) -> None:
    printed = bare + (f"v{version}" if version else "")
    forms = [printed, f"arXiv:{printed}", f"https://arxiv.org/abs/{printed}", f"http://arxiv.org/pdf/{printed}.pdf"]
    forms += [f"10.48550/arXiv.{printed}", f"https://doi.org/10.48550/arxiv.{printed}", printed.upper()]
    for form in forms:
        assert arxiv_id_and_version(form) == (bare, version)


@pytest.mark.parametrize(
    "text",
    [
        "1713.00001",
        "1700.00001",
        "170.03762",
        "1706.037622",
        "1706.03762v",
        "hep-th/9913001",
        "hep-th/990100",
        "1706.03762 v2",
        "hep th/9901001",
        "http://evil.example/abs/1706.03762",
        "1706.03762v0",
    ],
)
def test_it_refuses_broken_arxiv_ids(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        arxiv_id_and_version(text)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("math.GT/0309136", "math/0309136"),
        ("cs.LG/0601001v2", "cs/0601001"),
        ("https://arxiv.org/abs/cond-mat/9901001v1", "cond-mat/9901001"),
        ("https://export.arxiv.org/abs/1706.03762", "1706.03762"),
        ("http://arxiv.org/abs/1706.03762v7", "1706.03762"),
    ],
)
def test_it_reads_arxiv_forms(text: str, bare: str) -> None:
    assert normalise("arxiv", text) == bare


@given(DOI_TAIL)
def test_it_reads_dois_in_every_wrapping(tail: str) -> None:
    try:
        bare = normalise("doi", f"10.1234/{tail}")
    except InvalidIdentifier:
        assert "%2f" in tail.lower()
        return
    assert bare == bare.lower()
    in_url = bare.replace("%", "%25")
    for wrapped in (f"doi:{bare}", f"DOI: {bare}", f"https://doi.org/{in_url}", f"http://dx.doi.org/{in_url}"):
        assert normalise("doi", wrapped) == bare
    page = address("doi", bare)
    assert page
    assert page.startswith("https://doi.org/10.1234/")
    assert not set(page.removeprefix("https://")) & set("<>\"' ?#")
    assert normalise("doi", page) == bare


@pytest.mark.parametrize(
    "text", ["10.1/x", "11.1038/x", "10.1038", "10.1038/", "10.1038/a b", "doi:", "10.1038/" + "x" * 300]
)
def test_it_refuses_broken_dois(text: str) -> None:
    with pytest.raises(InvalidIdentifier):
        normalise("doi", text)


def test_it_turns_arxiv_dois_into_arxiv_ids() -> None:
    assert normalise_all({"doi": "10.48550/arXiv.1706.03762"}) == {"arxiv": "1706.03762"}
    assert normalise_all({"doi": "10.48550/ARXIV.hep-th/9901001v2"}) == {"arxiv": "hep-th/9901001"}
    kept = {"arxiv": "1706.03762", "doi": "10.5555/3295222"}
    assert normalise_all(kept) == kept


def test_it_keeps_the_valid_ones() -> None:
    given_ids = {"doi": "nonsense", "orcid": None, "arxiv": "1706.03762v2", "pmid": "", "isbn": "1"}
    assert keep_valid(given_ids) == {"arxiv": "1706.03762"}


def test_it_keeps_the_rest_beside_a_broken_arxiv_doi() -> None:
    assert keep_valid({"doi": "10.48550/arxiv.nonsense", "pmid": "1"}) == {"pmid": "1"}


def test_it_orders_by_scheme() -> None:
    assert list(normalise_all({"pmid": "1", "arxiv": "1706.03762", "corpusid": "3"})) == ["arxiv", "corpusid", "pmid"]


@pytest.mark.parametrize("scheme", sorted(SCHEMES | {"isbn"}))
def test_it_never_builds_an_address_that_leaves_its_host(scheme: str) -> None:
    for value in ("@evil.example", "//evil.example", "x\" onclick='", "<script>", "a b", "?q=1#f"):
        page = address(scheme, value)
        if page:
            assert page.startswith("https://")
            assert page.count("evil.example") == 0 or "/" in page.removeprefix("https://").split("evil.example")[0]
            assert not set(page) & set("<>\"' #")


def test_it_has_pages_of_authors_and_papers() -> None:
    assert address("dblp", "n/SebastianNowozin", of="author") == "https://dblp.org/pid/n/SebastianNowozin"
    assert address("dblp", "conf/nips/Nowozin16") == "https://dblp.org/rec/conf/nips/Nowozin16"
    assert address("semanticscholar", "1741101", of="author") == "https://www.semanticscholar.org/author/1741101"
    assert address("capture", "x") is None
