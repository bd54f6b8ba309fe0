"""The documents say what is so: variables, commands, targets, files and links, both ways."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from importlib.metadata import distribution
from pathlib import Path

import pytest
import yaml
from django.core.exceptions import ImproperlyConfigured
from django.core.management import get_commands
from packaging.requirements import Requirement

from config.env import CHECKOUT, SOURCE_URLS, read_environment
from config.settings import VERSION

DOCUMENTS = sorted(CHECKOUT.glob("*.md"))
README = (CHECKOUT / "README.md").read_text()
ARCHITECTURE = (CHECKOUT / "ARCHITECTURE.md").read_text()
CONTRIBUTING = (CHECKOUT / "CONTRIBUTING.md").read_text()
ROOMS = ("config", "papers", "metrics", "profiles", "tests")
# Django's own, and what one program of ours tells another.
NOT_SETTINGS = {"DJANGO_SETTINGS_MODULE", "DJANGO_ALLOW_ASYNC_UNSAFE", "PYTHONUNBUFFERED"}


class Recorder(Mapping[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, **values: str) -> None:
        self.values_given = values
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> str:
        self.asked.add(name)
        return self.values_given[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.values_given)

    def __len__(self) -> int:
        return len(self.values_given)


def variables_of_settings() -> set[str]:
    environ = Recorder(DEBUG="1")
    read_environment(environ)
    return environ.asked


def variables_read_directly() -> set[str]:
    """Names in `os.environ.get("X")`, `os.environ["X"]` and `"X" in os.environ`, in code and in the browser tests."""
    name = r'"([A-Z_]+)"'
    asked = re.compile(rf"environ\.get\(\s*{name}|environ\[{name}\](?!\s*=[^=])|{name} (?:not )?in os\.environ")
    texts = [path.read_text() for room in ROOMS for path in (CHECKOUT / room).rglob("*.py") if path != Path(__file__)]
    return {one for text in texts for found in asked.findall(text) for one in found if one} - NOT_SETTINGS


def variables_of_compose() -> set[str]:
    return set(re.findall(r"(?<!\$)\$\{(\w+)", (CHECKOUT / "docker-compose.yml").read_text()))


def documented() -> set[str]:
    """The first column of the tables of settings, and the .env of the server."""
    section = README.split("\n## Settings\n")[1].split("\n## ")[0]
    cells = [line.split("|")[1] for line in section.splitlines() if line.startswith("|")]
    return {name for cell in cells for name in re.findall(r"`([A-Z_]+)`", cell)}


def written_to_env_file() -> set[str]:
    return set(re.findall(r"^([A-Z_]+)=", README.split("cat > .env <<END")[1].split("END\n")[0], re.MULTILINE))


def rows(text: str) -> list[list[str]]:
    """The cells of all table rows."""
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in text.splitlines() if line[:2] == "| "]


def test_every_variable_that_is_read_is_documented() -> None:
    read = variables_of_settings() | variables_read_directly()
    assert len(variables_of_settings()) > 15
    assert {"PORT", "TEST_DATABASE_URL", "TEST_REDIS_URL"} <= read
    assert read - documented() == set()


def test_every_documented_variable_is_read() -> None:
    assert documented() - variables_of_settings() - variables_read_directly() == set()


def test_the_usual_addresses_of_the_sources_are_told_as_they_are() -> None:
    for name, usual in SOURCE_URLS.values():
        assert f"| `{name}` | `{usual}`" in README


def test_the_env_file_of_the_example_starts_the_containers() -> None:
    text = (CHECKOUT / "docker-compose.yml").read_text()
    required = set(re.findall(r"\$\{(\w+):\?", text))
    assert required == written_to_env_file()
    assert variables_of_compose() <= required | documented()


def test_every_required_setting_is_called_required() -> None:
    required = {name for name in documented() if re.search(rf"^\| `{name}` .*required", README, re.MULTILINE)}
    for name in required:
        values = {"SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "example.org"}
        read_environment(values)
        with pytest.raises(ImproperlyConfigured, match=name):
            read_environment({other: value for other, value in values.items() if other != name})
    assert required == {"SECRET_KEY", "ALLOWED_HOSTS"}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_target_of_make_that_is_named_exists(path: Path) -> None:
    not_there_yet = {"bench"} if "there yet" in path.read_text() else set()
    named = set(re.findall(r"\bmake ([a-z]+)\b(?=[`\s]*(?:[#`,;]|PORT|ARGS|$))", path.read_text(), re.MULTILINE))
    assert named - targets() <= not_there_yet


def targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):(?! export)", (CHECKOUT / "Makefile").read_text(), re.MULTILINE))


def test_every_target_is_documented() -> None:
    assert targets() == {"help", "run", "test", "lint", "evaluate"}
    for target in targets():
        assert f"make {target}" in README


def test_every_command_of_ours_is_documented_and_every_documented_one_exists() -> None:
    apps = {name: app for name, app in get_commands().items() if app in ROOMS}
    table = {name for row in rows(README) for name in re.findall(r"`manage\.py (\w+)", row[0])}
    assert table == set(apps)
    for path in DOCUMENTS:
        assert set(re.findall(r"manage\.py ([a-z_]+)", path.read_text())) <= set(get_commands()), path.name


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(path: Path) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)]+)\)", path.read_text()):
        file, _, anchor = target.partition("#")
        linked = path.parent / file if file else path
        assert linked.is_file(), target
        if anchor:
            assert anchor in anchors(linked), target


def anchors(path: Path) -> set[str]:
    headings = re.findall(r"^#+ (.+)$", path.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(path: Path) -> None:
    """But for the first column of what was planned, and for what a program makes when it runs."""
    text = re.sub(r"### Where this differs.*?\n## ", "", path.read_text(), flags=re.DOTALL)
    made = {".byline/", ".byline-test/", ".byline/admin-password"}
    named = set(re.findall(r"`((?:[\w.-]+/)+(?:[\w.-]+)?)`", text)) - made - {"admin/"}
    missing = [name for name in named if not (CHECKOUT / name).exists() and not name.startswith(".venv/")]
    assert missing == []


def test_what_became_of_the_plan_exists() -> None:
    planned = ARCHITECTURE.split("### Where this differs")[1].split("\n## ")[0]
    became = [name for row in rows(planned)[1:] for name in re.findall(r"`([\w./]+)`", row[1])]
    assert len(became) > 10
    assert [name for name in became if not (CHECKOUT / name).exists()] == []


def test_every_file_of_the_rooms_has_its_place_in_the_map() -> None:
    """A file is named, or a folder above it is."""
    told = set(re.findall(r"`((?:papers|metrics|profiles|config)/[\w./]+)`", ARCHITECTURE))
    small = {"__init__.py", "apps.py", "models.py", "urls.py", "wsgi.py", "celery.py", "adminapp.py"}
    apart = {"migrations", "management", "templatetags"}
    unnamed = []
    for room in ROOMS[:-1]:
        for path in (CHECKOUT / room).rglob("*.py"):
            name = path.relative_to(CHECKOUT)
            folders = {f"{parent}/" for parent in name.parents if parent != Path(room)}
            if path.name not in small and not apart & set(name.parts) and not told & {str(name), *folders}:
                unnamed.append(str(name))
    assert sorted(unnamed) == []


def test_every_name_of_code_in_the_map_of_the_data_is_real() -> None:
    block = ARCHITECTURE.split("## The way of the data")[1].split("```")[1]
    steps = re.findall(r"((?:papers|metrics)/[\w/]+\.py) +(\w+(?:, \w+)*)", block)
    assert len(steps) > 6
    for file, names in steps:
        tree = ast.parse((CHECKOUT / file).read_text())
        defined = {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        assert set(names.split(", ")) <= defined, file


def test_the_packages_are_those_of_the_project() -> None:
    project = (CHECKOUT / "pyproject.toml").read_text().split("dependencies = [")[1].split("\n]")[0]
    wanted = {re.split(r"[\[><=;]", name)[0] for name in re.findall(r'"([^"]+)"', project)}
    section = ARCHITECTURE.split("## What it stands on")[1].split("\n## ")[0]
    told = {row[0].split(",")[0].lower() for row in rows(section)} - {"package"}
    assert told == wanted
    locked = set(re.findall(r"^([\w.-]+)==", (CHECKOUT / "requirements.lock").read_text(), re.MULTILINE))
    assert f"{len(locked)} packages" in section
    for name, version in re.findall(r"^([\w-]+)==(\S+)", (CHECKOUT / "requirements.lock").read_text(), re.MULTILINE):
        if name in told and name != "async-timeout":  # some have another version on a later Python
            row = rf"^\| {name}\b.*\| (\S+, or )?{re.escape(version)}[ ,]"
            assert re.search(row, section, re.MULTILINE | re.IGNORECASE), name


def test_what_runs_installs_in_less_than_450_mb() -> None:
    """By the files of each package, before Python compiles those that it reads; what pip itself takes comes on top."""
    lines = re.findall(r"^[\w.-]+==[^\\\n]*", (CHECKOUT / "requirements.lock").read_text(), re.MULTILINE)
    wanted = [Requirement(line.strip()) for line in lines]
    locked = {one.name for one in wanted if one.marker is None or one.marker.evaluate()}
    size = sum(_installed_bytes(name) for name in locked) / 1e6
    told = re.search(r"\*\*(\d+) MB\*\*", ARCHITECTURE)
    assert told
    assert 100 < size < int(told[1]) < 450


def _installed_bytes(name: str) -> int:
    paths = [Path(str(file.locate())) for file in distribution(name).files or () if file.suffix != ".pyc"]
    return sum(path.stat().st_size for path in paths if path.is_file())


def test_the_version_has_its_entry() -> None:
    assert re.search(rf"^## {re.escape(VERSION)}\b", (CHECKOUT / "CHANGELOG.md").read_text(), re.MULTILINE)


def test_the_services_of_the_compose_file_are_named() -> None:
    services = yaml.safe_load((CHECKOUT / "docker-compose.yml").read_text())["services"]
    section = README.split("## On a server")[1].lower()
    for name in set(services) - {"migrate"}:
        assert {"postgres": "postgresql"}.get(name, name) in section


def test_the_picture_is_small_enough_to_load() -> None:
    assert (CHECKOUT / "docs" / "author-page.png").stat().st_size < 250_000
