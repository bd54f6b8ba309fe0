"""docker-compose.yml against the parts of the Compose specification that it uses.

Docker cannot run everywhere the tests do, so that nothing here starts a container.
"""

import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from config.env import CHECKOUT

DURATION = {"type": "string", "pattern": r"^(\d+(us|ms|s|m|h))+$"}
TEXTS = {"type": "array", "items": {"type": "string"}, "minItems": 1}
COMMAND = {"oneOf": [{"type": "string"}, TEXTS]}

# Written from the specification's own words (compose-spec: services, build, healthcheck, depends_on, volumes).
SERVICE: dict[str, Any] = {
    "type": "object",
    "additionalProperties": False,
    "anyOf": [{"required": ["image"]}, {"required": ["build"]}],
    "properties": {
        "image": {"type": "string", "pattern": r"^[a-z0-9][a-z0-9._/-]*(:[\w.-]+)?$"},
        "build": {"type": "string"},
        "user": {"type": "string"},
        "command": COMMAND,
        "environment": {
            "type": "object",
            "patternProperties": {r"^[A-Z][A-Z0-9_]*$": {"type": ["string", "number", "boolean", "null"]}},
            "additionalProperties": False,
        },
        "ports": {"type": "array", "items": {"type": "string", "pattern": r"^([\d.]+:)?\d+:\d+(/(tcp|udp))?$"}},
        "volumes": {"type": "array", "items": {"type": "string", "pattern": r"^[a-z][\w.-]*:/[\w./-]+(:ro)?$"}},
        "tmpfs": TEXTS,
        "read_only": {"type": "boolean"},
        "cap_drop": TEXTS,
        "security_opt": TEXTS,
        "shm_size": {"type": "string", "pattern": r"^\d+(b|k|m|g|kb|mb|gb)$"},
        "restart": {"enum": ["no", "always", "on-failure", "unless-stopped"]},
        "stop_grace_period": DURATION,
        "healthcheck": {
            "type": "object",
            "additionalProperties": False,
            "oneOf": [{"required": ["test"]}, {"required": ["disable"]}],
            "properties": {
                "test": {"type": "array", "minItems": 2, "items": {"type": "string"}},
                "disable": {"const": True},
                "interval": DURATION,
                "timeout": DURATION,
                "start_period": DURATION,
                "retries": {"type": "integer", "minimum": 1},
            },
        },
        "depends_on": {
            "type": "object",
            "additionalProperties": {
                "type": "object",
                "required": ["condition"],
                "additionalProperties": False,
                "properties": {
                    "condition": {"enum": ["service_started", "service_healthy", "service_completed_successfully"]}
                },
            },
        },
    },
}
COMPOSE: dict[str, Any] = {
    "type": "object",
    "required": ["services"],
    "additionalProperties": False,
    "patternProperties": {"^x-": {}},
    "properties": {
        "name": {"type": "string", "pattern": "^[a-z0-9][a-z0-9_-]*$"},
        "services": {"type": "object", "minProperties": 1, "additionalProperties": SERVICE},
        "volumes": {"type": "object", "additionalProperties": {"type": ["object", "null"]}},
    },
}
VARIABLE = re.compile(r"(?<!\$)\$\{(\w+)(:[?-][^}]*)?\}")
SECRETS = {"SECRET_KEY", "POSTGRES_PASSWORD", "VALKEY_PASSWORD"}


@pytest.fixture(scope="module")
def text() -> str:
    return (CHECKOUT / "docker-compose.yml").read_text()


@pytest.fixture(scope="module")
def services(text: str) -> dict[str, dict[str, Any]]:
    return dict(yaml.safe_load(text)["services"])


def test_it_has_the_form_that_the_specification_asks_for(text: str) -> None:
    jsonschema.Draft202012Validator.check_schema(COMPOSE)
    errors = jsonschema.Draft202012Validator(COMPOSE).iter_errors(yaml.safe_load(text))
    assert [f"{error.json_path}: {error.message}" for error in errors] == []


def test_the_check_itself_finds_a_misspelled_key(text: str) -> None:
    broken = yaml.safe_load(text.replace("    shm_size:", "    shmsize:"))
    assert not jsonschema.Draft202012Validator(COMPOSE).is_valid(broken)


def test_it_runs_everything_that_byline_consists_of(services: dict[str, dict[str, Any]]) -> None:
    assert set(services) == {"web", "worker", "beat", "migrate", "postgres", "valkey"}


def test_every_dependency_exists_and_can_meet_its_condition(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        for other, rule in service.get("depends_on", {}).items():
            assert other in services, f"{name} waits for {other}"
            if rule["condition"] == "service_healthy":
                assert "test" in services[other]["healthcheck"], f"{name} waits for the health of {other}"
            if rule["condition"] == "service_completed_successfully":
                assert services[other]["restart"] == "no", f"{other} never completes"


def test_every_service_that_stays_is_watched_and_restarted(services: dict[str, dict[str, Any]]) -> None:
    image_has_check = "HEALTHCHECK" in (CHECKOUT / "Dockerfile").read_text()
    for name, service in services.items():
        if name != "migrate":
            assert service["restart"] == "unless-stopped", name
            assert "test" in service.get("healthcheck", {}) or (name == "web" and image_has_check), name


def test_every_volume_is_declared_and_used(text: str, services: dict[str, dict[str, Any]]) -> None:
    used = {volume.split(":")[0] for service in services.values() for volume in service.get("volumes", [])}
    assert used == set(yaml.safe_load(text)["volumes"])


def test_no_container_runs_as_root(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        assert "build" in service or service.get("user") not in {None, "root", "0"}, name


def test_no_secret_is_written_down_and_a_missing_one_stops_it(text: str) -> None:
    found = VARIABLE.findall(text)
    assert {name for name, _ in found} >= SECRETS
    for name, rule in found:
        if name in {*SECRETS, "ALLOWED_HOSTS"}:
            assert rule.startswith(":?"), f"{name} may be missing"


def test_every_command_names_something_that_is_there(services: dict[str, dict[str, Any]]) -> None:
    for service in services.values():
        command = [*service.get("command", []), *service.get("healthcheck", {}).get("test", [])]
        if "manage.py" in command:
            name = command[command.index("manage.py") + 1]
            own = Path(CHECKOUT / "config/management/commands" / f"{name}.py")
            assert own.exists() or name == "migrate"


def test_only_this_machine_reaches_the_published_port(services: dict[str, dict[str, Any]]) -> None:
    assert [port for service in services.values() for port in service.get("ports", [])] == ["127.0.0.1:8000:8000"]
