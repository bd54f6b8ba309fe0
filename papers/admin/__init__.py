"""The admin pages of papers, one file a group. The page of imports lies in profiles, which starts them."""

from papers.admin.decisions import DecisionAdmin
from papers.admin.displayed import AuthorAdmin, InstitutionAdmin, PaperAdmin
from papers.admin.evidence import IdentifierClaimAdmin, MatchResultAdmin, QuarantinedRecordAdmin, SourceRecordAdmin

__all__ = [
    "AuthorAdmin",
    "DecisionAdmin",
    "IdentifierClaimAdmin",
    "InstitutionAdmin",
    "MatchResultAdmin",
    "PaperAdmin",
    "QuarantinedRecordAdmin",
    "SourceRecordAdmin",
]
