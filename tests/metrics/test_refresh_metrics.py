from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from metrics.models import AuthorMetrics
from papers.models import DirtyAuthor
from tests.factories import make_author, make_authorship, make_paper, mark_dirty

pytestmark = pytest.mark.django_db


class Terminal(StringIO):
    def isatty(self) -> bool:
        return True


def run(*arguments: str) -> dict[str, int]:
    out = StringIO()
    call_command("refresh_metrics", *arguments, "--json", stdout=out)
    answer: dict[str, int] = json.loads(out.getvalue())
    return answer


def test_it_works_off_the_marks_by_default() -> None:
    author = make_author()
    mark_dirty(author)
    assert run() == {"authors": 1, "written": 1}
    assert run() == {"authors": 0, "written": 0}
    assert not DirtyAuthor.objects.exists()


def test_it_refreshes_one_author() -> None:
    author, other = make_author(), make_author()
    assert run("--author", author.public_id) == {"authors": 1, "written": 1}
    assert list(AuthorMetrics.objects.values_list("author", flat=True)) == [author.pk]
    merged = make_author(merged_into=other)
    assert run("--author", merged.public_id) == {"authors": 2, "written": 1}


def test_it_refreshes_all() -> None:
    paper = make_paper(citations=1)
    make_authorship(paper, make_author())
    make_authorship(paper, make_author())
    assert run("--all") == {"authors": 2, "written": 2}
    assert run("--all") == {"authors": 0, "written": 0}


def test_an_unknown_author_is_told_in_one_line() -> None:
    with pytest.raises(CommandError, match=r"^No author has the id 'zzz': [^\n]*\.$"):
        call_command("refresh_metrics", "--author", "zzz")


def test_one_author_and_all_exclude_each_other() -> None:
    with pytest.raises(CommandError, match="not allowed with"):
        call_command("refresh_metrics", "--author", "x", "--all")


def test_a_terminal_sees_how_far_it_is() -> None:
    make_authorship(make_paper(citations=1), make_author())
    out, err = StringIO(), Terminal()
    call_command("refresh_metrics", "--all", stdout=out, stderr=err)
    assert "1 authors refreshed, 0 to go" in err.getvalue()
    assert out.getvalue() == "1 authors refreshed, figures of 1 changed.\n"
