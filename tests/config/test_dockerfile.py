"""The Dockerfile, read line by line: what would fail or be unsafe in a build that the tests cannot run."""

import fnmatch

import pytest

from config.env import CHECKOUT


@pytest.fixture(scope="module")
def instructions() -> list[tuple[str, str]]:
    """(instruction, its arguments) with continued lines joined."""
    text = (CHECKOUT / "Dockerfile").read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    return [(name, " ".join(rest.split())) for name, _, rest in (line.strip().partition(" ") for line in lines)]


def of(instructions: list[tuple[str, str]], name: str) -> list[str]:
    return [rest for instruction, rest in instructions if instruction == name]


def test_it_uses_known_instructions_only(instructions: list[tuple[str, str]]) -> None:
    known = {"FROM", "COPY", "RUN", "WORKDIR", "ENV", "USER", "EXPOSE", "HEALTHCHECK", "CMD"}
    assert {name for name, _ in instructions} <= known
    assert instructions[0][0] == "FROM"


def test_it_builds_on_a_pinned_python(instructions: list[tuple[str, str]]) -> None:
    assert {rest.split()[0] for rest in of(instructions, "FROM")} == {"python:3.13-slim"}


def test_it_does_not_run_as_root(instructions: list[tuple[str, str]]) -> None:
    assert of(instructions, "USER") == ["byline"]
    names = [name for name, _ in instructions]
    assert names.index("USER") < names.index("CMD")
    assert any("useradd" in command and command.endswith(" byline") for command in of(instructions, "RUN"))


def test_it_checks_its_health(instructions: list[tuple[str, str]]) -> None:
    (check,) = of(instructions, "HEALTHCHECK")
    module = check.split('"')[-2]
    assert (CHECKOUT / (module.replace(".", "/") + ".py")).exists()


def test_it_installs_the_lock_with_its_hashes(instructions: list[tuple[str, str]]) -> None:
    (install,) = [command for command in of(instructions, "RUN") if "pip install" in command]
    assert "--require-hashes" in install
    assert "requirements.lock" in install


def test_it_copies_what_exists_and_what_the_build_may_see(instructions: list[tuple[str, str]]) -> None:
    ignore = (CHECKOUT / ".dockerignore").read_text().split()
    shown = [pattern.removeprefix("!") for pattern in ignore if pattern.startswith("!")]
    sources = [source for rest in of(instructions, "COPY") if "--from=" not in rest for source in rest.split()[:-1]]
    assert sources
    for source in sources:
        assert (CHECKOUT / source).exists(), source
        assert any(fnmatch.fnmatch(source.removeprefix("./"), pattern) for pattern in shown), source


def test_it_keeps_data_and_secrets_out_of_the_image() -> None:
    assert (CHECKOUT / ".dockerignore").read_text().splitlines()[0] == "*"
