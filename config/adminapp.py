"""Django's admin application with our site in it."""

from __future__ import annotations

from django.contrib.admin.apps import AdminConfig


class BylineAdminConfig(AdminConfig):
    default_site = "profiles.backstage.site.BylineAdminSite"
