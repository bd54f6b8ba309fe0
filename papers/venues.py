"""Venue slugs, as lists of conference papers print them, and the names that readers know. Pure."""

from __future__ import annotations

from collections.abc import Mapping

VENUES: Mapping[str, str] = {
    "3dv": "3DV",
    "aaai": "AAAI",
    "acl": "ACL",
    "acml": "ACML",
    "acmmm": "ACM Multimedia",
    "ai4x": "AI4X",
    "aistats": "AISTATS",
    "alt": "ALT",
    "automl": "AutoML",
    "colm": "COLM",
    "coling": "COLING",
    "colt": "COLT",
    "corl": "CoRL",
    "cvpr": "CVPR",
    "eccv": "ECCV",
    "iccv": "ICCV",
    "iclr": "ICLR",
    "icml": "ICML",
    "icra": "ICRA",
    "ijcai": "IJCAI",
    "iros": "IROS",
    "kdd": "KDD",
    "naacl": "NAACL",
    "nips": "NeurIPS",
    "rss": "RSS",
    "siggraph": "SIGGRAPH",
    "siggraphasia": "SIGGRAPH Asia",
    "uai": "UAI",
    "wacv": "WACV",
    "www": "WWW",
}


def venue_name(slug: str) -> str:
    """The name to show: "NeurIPS" of "nips", in any case. A slug that is not known is shown as the source prints it."""
    return VENUES.get(slug.strip().lower(), slug.strip())
