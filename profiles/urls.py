"""The readers' addresses."""

from __future__ import annotations

from django.urls import URLPattern, path

from profiles.views.about import about
from profiles.views.author import author_page
from profiles.views.h_index import h_index_page
from profiles.views.health import healthz, readyz
from profiles.views.history import history_page
from profiles.views.home import home
from profiles.views.methods import methods
from profiles.views.paper import paper_page

urlpatterns: list[URLPattern] = [
    path("", home, name="home"),
    path("authors/<slug:public_id>/", author_page, name="author-without-slug"),
    path("authors/<slug:public_id>/h-index/", h_index_page, name="author-h-index"),
    path("authors/<slug:public_id>/history/", history_page, name="author-history"),
    path("authors/<slug:public_id>/<slug:slug>/", author_page, name="author"),
    path("papers/<slug:public_id>/", paper_page, name="paper-without-slug"),
    path("papers/<slug:public_id>/<slug:slug>/", paper_page, name="paper"),
    path("about/", about, name="about"),
    path("methods/", methods, name="methods"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
