"""What linters cannot see: foreign keys point one way, files stay short, templates hold nothing inline."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ("papers", "metrics", "profiles", "config")  # each may know those before it
CODE = [
    path for room in (*ROOMS, "tests") for path in sorted((ROOT / room).rglob("*.py")) if "migrations" not in path.parts
]
SHOWN = [path for path in sorted(ROOT.glob("templates/**/*")) if path.is_file()]
STYLES = sorted(ROOT.glob("static/**/*.css"))


def test_foreign_keys_point_from_upper_rooms_to_lower_ones() -> None:
    upward = []
    for model in apps.get_models():
        for field in model._meta.get_fields():
            target = field.related_model if field.concrete else None
            if isinstance(target, type) and {model._meta.app_label, target._meta.app_label} <= set(ROOMS):
                if ROOMS.index(target._meta.app_label) > ROOMS.index(model._meta.app_label):
                    upward.append(f"{model._meta.label}.{field.name}")
    assert upward == []


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_files_and_functions_stay_short(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 300
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno:
            assert node.end_lineno - node.lineno < 40, node.name


@pytest.mark.parametrize("path", CODE, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_import_hides_in_a_function(path: Path) -> None:
    if path == ROOT / "config" / "bootstrap.py":
        return  # runs before anything is installed, and asks whether Python's own venv is there
    for function in ast.walk(ast.parse(path.read_text())):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            hidden = [node for node in ast.walk(function) if isinstance(node, ast.Import | ast.ImportFrom)]
            assert hidden == [], f"{function.name} imports at line {hidden[0].lineno}"


@pytest.mark.parametrize("path", SHOWN, ids=lambda path: str(path.relative_to(ROOT)))
def test_templates_hold_nothing_inline_and_load_nothing_from_elsewhere(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle=|<style\b|\son[a-z]+=[\"']|javascript:", text)
    assert not re.search(r"<script(?![^>]*\ssrc=)[^>]*>\s*\S", text)
    assert not re.search(r"<(?:script|link|img|iframe)[^>]+(?:src|href)=[\"']https?://", text)


@pytest.mark.parametrize("path", STYLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_style_sheets_stay_short_and_colours_stand_in_one_place(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 300
    if path.name not in ("variables.css", "colours.css"):
        assert not re.search(r"#[0-9a-fA-F]{3,8}\b|\brgba?\(|\bhsla?\(", text)
