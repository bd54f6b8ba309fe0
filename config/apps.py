"""Makes the Celery application the current one wherever Django runs, so that `.delay()` finds its broker."""

from django.apps import AppConfig

from config.celery import app

__all__ = ["app"]


class SiteConfig(AppConfig):
    name = "config"
