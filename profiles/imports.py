"""Asking for an import, and seeing that somebody carries it out: the worker, or the one who asks."""

from __future__ import annotations

from dataclasses import dataclass

from celery import chain
from django.db import transaction
from django.utils import timezone

from metrics.snapshots import refresh_dirty
from metrics.tasks import refresh_dirty_authors, refresh_scores
from papers import runs
from papers.identifiers import InvalidIdentifier, normalise
from papers.ingest import store_page
from papers.models import Author, AuthorIdentifier, ImportRun
from papers.records import AuthorRecord, Fetched
from papers.sources import AuthorCandidate
from profiles import tasks
from profiles.sources import client_for, source_client

NAMES_ONLY = frozenset({"arxiv"})  # sources whose bylines carry no author ids
SOURCES = ("openalex", "semanticscholar", "arxiv")


class Refused(Exception):
    """The import cannot be asked for like this; the message says what to do."""


@dataclass(frozen=True)
class Wanted:
    """An import as a person asks for it. `orcid` and `author` (a public id) say who is meant.

    `address`: where the source answers, if not where the worker's own settings say.
    """

    source: str
    text: str
    orcid: str = ""
    author: str = ""
    asked_by: str = "the command line"
    address: str = ""


def candidates(source: str, name: str) -> list[AuthorCandidate]:
    """Whom the source knows under this name. Raises a SourceError."""
    return source_client(source).search_authors(name)


def identifier_in(source: str, text: str) -> str | None:
    """The author id or ORCID iD that the text is, in normal form; None where it is a name."""
    for scheme in ("orcid", source) if source != "arxiv" else ():
        try:
            found = normalise(scheme, text)
        except InvalidIdentifier:
            continue
        if source == "openalex" and scheme == source and not found.startswith("A"):
            raise Refused(f"{found} is no author of OpenAlex: author ids begin with A.")
        return found
    return None


def request_import(wanted: Wanted) -> ImportRun | None:
    """A run for what is wanted; None where a name alone was given, which identifies nobody. Raises Refused.

    The same import, asked for again while it is open, is the same run.
    """
    text = " ".join(wanted.text.replace("\x00", " ").split())[:300]
    if not text:
        raise Refused("Say whom to import: an author id, an ORCID iD or a name.")
    if wanted.source not in SOURCES:
        raise Refused(f"{wanted.source!r} is no source that can be asked; choose {', '.join(SOURCES)}.")
    orcid = _orcid(wanted.orcid)
    known = _known_author(wanted.author)
    if wanted.source in NAMES_ONLY:
        return _by_name(wanted, text, orcid, known)
    identifier = identifier_in(wanted.source, text)
    refuse_broken_orcid(text, identifier)
    if identifier is None and not orcid:
        return None
    also = {"orcid": orcid} if orcid and identifier else {}
    if known is not None:
        also |= _founding_identifier(known)
    return _open_run(wanted, text, {"identifier": identifier or orcid, "also": also})


def _orcid(text: str) -> str:
    try:
        return normalise("orcid", text) if text else ""
    except InvalidIdentifier as error:
        raise Refused(f"{error}.") from None


def refuse_broken_orcid(text: str, identifier: str | None) -> None:
    """Sixteen digits in fours are an ORCID iD with a slip in it, not a name to search for."""
    bare = text.lower().removeprefix("https://orcid.org/").removeprefix("orcid:").replace("-", "").strip()
    if identifier is None and len(bare) in range(14, 18) and bare[:-1].isdigit():
        _orcid(text)


def _known_author(public_id: str) -> Author | None:
    if not public_id:
        return None
    author = Author.objects.select_related("merged_into").filter(public_id=public_id).first()
    if author is None:
        raise Refused(f"No author here has the id {public_id!r}: it is the short code in the author page's address.")
    return author.merged_into or author


def _founding_identifier(author: Author) -> dict[str, str]:
    scheme, _, value = author.founded_by.partition(":")
    if scheme == "name":
        raise Refused(f"{author.name} has no identifier yet to tie this one to: import by --orcid first.")
    return {scheme: value}


def _by_name(wanted: Wanted, name: str, orcid: str, known: Author | None) -> ImportRun | None:
    if known is None and orcid:
        known = _author_of_orcid(name, orcid)
    if known is None:
        return None
    said = f"import from {wanted.source}: {wanted.asked_by} says that {name!r} is this author"
    return _open_run(wanted, name, {"identifier": name, "by_name": True, "author": known.pk, "said": said}, known)


def _author_of_orcid(name: str, orcid: str) -> Author:
    record = AuthorRecord(source="file", external_id=f"import:orcid:{orcid}", name=name, identifiers={"orcid": orcid})
    known = AuthorIdentifier.objects.select_related("author__merged_into").filter(scheme="orcid", value=orcid).first()
    if known is None:
        told = Fetched(record=record, payload={"said with the import": name}, retrieved_at=timezone.now())
        with transaction.atomic():
            store_page([told], None, cause="named with an import")
        known = AuthorIdentifier.objects.select_related("author__merged_into").get(scheme="orcid", value=orcid)
    return known.author.merged_into or known.author


def _open_run(wanted: Wanted, query: str, arguments: dict[str, object], author: Author | None = None) -> ImportRun:
    if wanted.address:
        arguments["address"] = wanted.address
    key = ("identifier", "author", "address")
    asked = {f"arguments__{name}": arguments[name] for name in key if name in arguments}
    same = ImportRun.objects.filter(source=wanted.source, state__in=ImportRun.OPEN_STATES, **asked)
    return same.first() or ImportRun.objects.create(
        source=wanted.source,
        query=query,
        arguments={**arguments, "asked_by": wanted.asked_by},
        author=author,
        heartbeat_at=timezone.now(),
    )


def again(run: ImportRun, asked_by: str) -> ImportRun:
    """A new run with the arguments of one that has ended, or the one that is open already. Raises Refused."""
    if run.source not in SOURCES or "identifier" not in run.arguments:
        raise Refused(f"What came from {run.source!r} cannot be asked for again from here.")
    arguments = {name: value for name, value in run.arguments.items() if name not in ("gaps", "asked_by")}
    return _open_run(Wanted(run.source, run.query, asked_by=asked_by), run.query, arguments, run.author)


def enqueue(run: ImportRun) -> None:
    """Hand the run to the workers, and the figures after it."""
    work = chain(tasks.run_import.si(run.pk), refresh_dirty_authors.si(), refresh_scores.si())
    transaction.on_commit(work.apply_async)


def carry_out_here(run: ImportRun) -> ImportRun:
    """Carry the run out in this process, and refresh figures and scores. May raise AlreadyRunning or RateLimited."""
    done = runs.carry_out(run.pk, client_for)
    refresh_dirty()
    refresh_scores()
    return done
