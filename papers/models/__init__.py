"""The tables of papers, one file a noun."""

from papers.models.author import Affiliation, Author, AuthorIdentifier, AuthorName, Institution, ReportedFigure
from papers.models.decision import Decision
from papers.models.evidence import (
    DirtyAuthor,
    IdentifierClaim,
    ImportRun,
    MatchResult,
    QuarantinedRecord,
    SourceRecord,
)
from papers.models.paper import Authorship, CitedByCount, Coauthorship, Paper, PaperIdentifier

__all__ = [
    "Affiliation",
    "Author",
    "AuthorIdentifier",
    "AuthorName",
    "Authorship",
    "CitedByCount",
    "Coauthorship",
    "Decision",
    "DirtyAuthor",
    "IdentifierClaim",
    "ImportRun",
    "Institution",
    "MatchResult",
    "Paper",
    "PaperIdentifier",
    "QuarantinedRecord",
    "ReportedFigure",
    "SourceRecord",
]
