"""Fixtures of the whole suite. The services (PostgreSQL, Valkey) come from the plugin tests/services.py."""

from __future__ import annotations
