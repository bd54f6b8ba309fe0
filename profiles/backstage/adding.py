"""Adding an author by hand: whom a source knows under a text, and whether they are here already."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.retry import Retry

from papers.identifiers import InvalidIdentifier, normalise
from papers.models import Author, AuthorIdentifier, ImportRun
from papers.names import fold, surname
from papers.records import AuthorRecord
from papers.sources import AuthorCandidate
from papers.sources.catalogue import name_of, source_info
from papers.sources.errors import NotFound
from profiles.imports import NAMES_ONLY, Refused, Wanted, enqueue, identifier_in, refuse_broken_orcid, request_import
from profiles.sources import impatient_client

MAX_NAMESAKES = 20
BROKER_TIMEOUT = 3.0  # seconds


@dataclass(frozen=True)
class Found:
    """Somebody whom a source knows; `here` is the author of ours whom the same identifiers name."""

    candidate: AuthorCandidate
    here: Author | None

    @property
    def address(self) -> str | None:
        """The source's own page of them."""
        known = self.candidate.external_id
        return source_info(self.candidate.source).record_address(known, of="author") if known else None


def look_up(source: str, text: str) -> list[Found]:
    """Whom the source knows under an author id, an ORCID iD or a name. Raises Refused or a SourceError."""
    identifier = identifier_in(source, text)
    refuse_broken_orcid(text, identifier)
    if source in NAMES_ONLY and _is_orcid(text):
        raise Refused(f"{name_of(source)} knows printed names only: search by the name, then say whose it is.")
    client = impatient_client(source)
    if identifier is None:
        return _with_here(source, client.search_authors(text))
    record = client.author(identifier).record
    if not isinstance(record, AuthorRecord):
        raise NotFound(source, f"{name_of(source)} has no author {identifier}.")
    return _with_here(source, [_candidate(record)])


def _is_orcid(text: str) -> bool:
    try:
        normalise("orcid", text)
    except InvalidIdentifier:
        return False
    return True


def _candidate(record: AuthorRecord) -> AuthorCandidate:
    places = [a.institution.name for a in record.affiliations if a.is_last_known] or [
        a.institution.name for a in record.affiliations[:1]
    ]
    return AuthorCandidate(
        source=record.source,
        external_id=record.external_id,
        name=record.name,
        other_names=record.other_names[:5],
        orcid=record.identifiers.get("orcid"),
        affiliation="; ".join(places) or None,
        papers=record.reported.papers,
        citations=record.reported.citations,
    )


def _with_here(source: str, candidates: Sequence[AuthorCandidate]) -> list[Found]:
    ids = [c.external_id for c in candidates if c.external_id]
    orcids = [c.orcid for c in candidates if c.orcid]
    known = AuthorIdentifier.objects.filter(scheme=source, value__in=ids) | AuthorIdentifier.objects.filter(
        scheme="orcid", value__in=orcids
    )
    here = {(i.scheme, i.value): i.author for i in known.select_related("author__merged_into")}
    found = [(c, here.get((source, c.external_id or "")) or here.get(("orcid", c.orcid or ""))) for c in candidates]
    return [Found(c, author.merged_into or author if author else None) for c, author in found]


def namesakes(names: Sequence[str]) -> list[Author]:
    """Authors here who may be meant by these names: the same folded name first, then the same surname and initial."""
    folded = {fold(name) for name in names} - {""}
    likely = Author.objects.shown().filter(names__folded__in=folded).distinct().order_by("pk")
    exact = list(likely[:MAX_NAMESAKES])
    near = Author.objects.shown().exclude(pk__in=[a.pk for a in exact]).distinct().order_by("pk")
    for name in sorted(folded)[:3]:
        if len(exact) < MAX_NAMESAKES and surname(name) != name:
            pattern = near.filter(names__folded__startswith=name[0], names__folded__endswith=" " + surname(name))
            exact += [a for a in pattern[: MAX_NAMESAKES - len(exact)] if a not in exact]
    return exact


def require_broker() -> None:
    """Raises Refused where no job could be handed on."""
    client = redis.Redis.from_url(
        settings.REDIS_URL,
        socket_connect_timeout=BROKER_TIMEOUT,
        socket_timeout=BROKER_TIMEOUT,
        retry=Retry(NoBackoff(), 0),
    )
    try:
        client.ping()
    except redis.RedisError:
        raise Refused(
            "Valkey, which holds the queue of jobs, cannot be reached, so nothing was started; "
            "check REDIS_URL or run `manage.py stack start`, then try again."
        ) from None
    finally:
        client.close()


def start_import(wanted: Wanted) -> ImportRun:
    """The run of an import that a worker will take up. Raises Refused; then nothing was created."""
    require_broker()
    run = request_import(wanted)
    if run is None:
        raise Refused("A name identifies nobody: choose who is meant, or give their ORCID iD.")
    enqueue(run)
    return run
