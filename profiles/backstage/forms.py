"""What a curator fills in to add an author."""

from __future__ import annotations

from typing import Any

from django import forms

from papers.sources.catalogue import name_of
from profiles.imports import SOURCES


class SearchForm(forms.Form):
    """Whom to look for, and where."""

    source = forms.ChoiceField(
        label="Source",
        choices=[(slug, name_of(slug)) for slug in SOURCES],
        initial=SOURCES[0],
        widget=forms.RadioSelect,
    )
    text = forms.CharField(
        label="Author",
        max_length=300,
        help_text="A name, an author id of the source or, at OpenAlex, an ORCID iD.",
        widget=forms.TextInput(attrs={"autocomplete": "off", "size": 50}),
    )

    def clean_text(self) -> str:
        return " ".join(str(self.cleaned_data["text"]).split())


class ImportForm(SearchForm):
    """Whom to import. `orcid` and `author` (a public id) say whose name it is, where a source knows names only."""

    orcid = forms.CharField(max_length=60, required=False)
    author = forms.CharField(max_length=12, required=False)
    other = forms.CharField(max_length=200, required=False)

    def clean(self) -> dict[str, Any]:
        """A code that was typed in, or the author page's whole address, stands for the choice in the list."""
        cleaned = super().clean() or {}
        other = str(cleaned.get("other") or "").strip()
        if other:
            parts = other.split("/")
            cleaned["author"] = parts[parts.index("authors") + 1] if "authors" in parts[:-1] else other
        if cleaned.get("author") and cleaned.get("orcid"):
            raise forms.ValidationError("Give either the author here or an ORCID iD, not both.")
        return cleaned
