"""Every address: the readers' pages and the admin site."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path(settings.ADMIN_PATH, admin.site.urls),
    path("", include("profiles.urls")),
]

handler400 = "profiles.views.errors.bad_request"
handler404 = "profiles.views.errors.page_not_found"
handler500 = "profiles.views.errors.server_error"
