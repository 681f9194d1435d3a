"""The container files, as far as they can be checked without starting containers."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.conf import settings

from elmweb.launch import services
from elmweb.launch.options import ROOT, parse_up

DOCKER = ROOT / "docker"
OWN = ("web", "simulation", "mutation", "training", "scheduler", "migrations")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((DOCKER / "compose.yaml").read_text())
    return loaded


def test_hadolint_finds_nothing() -> None:
    hadolint = Path(sys.executable).with_name("hadolint")
    done = subprocess.run([hadolint, DOCKER / "Dockerfile"], capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "")


def test_the_image_runs_as_nobody_special() -> None:
    users = re.findall(r"^USER (.*)$", (DOCKER / "Dockerfile").read_text(), re.MULTILINE)
    assert users == ["10001:10001"]


def test_every_file_the_image_copies_exists() -> None:
    copied = re.findall(r"^COPY (?!--from)(.*) \S+$", (DOCKER / "Dockerfile").read_text(), re.M)
    names = [name for line in copied for name in line.split()]
    assert names
    assert [name for name in names if not (ROOT / name).exists()] == []


def test_every_secret_comes_from_the_environment(compose: dict[str, Any]) -> None:
    text = (DOCKER / "compose.yaml").read_text()
    used = set(re.findall(r"\$\{(\w+)", text + (DOCKER / "Caddyfile").read_text()))
    example = dict(re.findall(r"^(\w+)=(.*)$", (DOCKER / "env.example").read_text(), re.M))
    assert used == set(example)
    assert example["ELMWEB_SECRET_KEY"] == example["POSTGRES_PASSWORD"] == ""
    without_default = re.findall(r"\$\{(?:ELMWEB_SECRET_KEY|POSTGRES_PASSWORD)(?!:\?)", text)
    assert without_default == []


def test_our_services_can_do_little_harm(compose: dict[str, Any]) -> None:
    for name in OWN:
        service = compose["services"][name]
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "privileged" not in service, name
        assert "ports" not in service, name


def test_only_the_proxy_is_reachable_from_outside(compose: dict[str, Any]) -> None:
    published = [name for name, service in compose["services"].items() if "ports" in service]
    assert published == ["proxy"]
    assert compose["networks"]["inside"] == {"internal": True}


def test_every_image_has_a_version(compose: dict[str, Any]) -> None:
    images = {s["image"] for s in compose["services"].values()} - {"elmweb"}
    assert [image for image in images if not re.search(r":\d", image)] == []


def test_workers_serve_every_queue_that_tasks_are_sent_to(compose: dict[str, Any]) -> None:
    """The same queues as `manage.py up` serves, and none forgotten."""
    in_compose = {q for name in OWN for q in queues(compose["services"][name].get("command", []))}
    embedded = {q for s in services.worker_services(parse_up([])) for q in queues(s.command)}
    routed = {route["queue"] for route in settings.CELERY_TASK_ROUTES.values()}
    assert in_compose == embedded
    assert routed | {settings.CELERY_TASK_DEFAULT_QUEUE} <= in_compose


def queues(command: Any) -> set[str]:
    """The queues on a worker's command line."""
    line = " ".join(command)
    return {q for found in re.findall(r"--queues[= ](\S+)", line) for q in found.split(",")}
