"""Settings: nothing is needed when embedded, and production refuses to be unsafe."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from elmweb import environment
from elmweb.launch.options import ROOT

PRODUCTION = {
    "ELMWEB_ENV": "production",
    "ELMWEB_SECRET_KEY": "kA8-dPq3zX5vB7nM2wL9sT4yR6uJ1hG0fE8cV5bN3mQ7xZ2aS9dF6gH1",
    "ELMWEB_ALLOWED_HOSTS": "walkers.example",
    "ELMWEB_DATABASE_URL": "postgresql://elmweb:secret@database/elmweb",
    "REDIS_URL": "redis://redis:6379/0",
    "ELMWEB_BASE_URL": "https://walkers.example",
}


def manage(directory: Path, settings: dict[str, str], *arguments: str) -> tuple[int, str]:
    """Exit status and what was said."""
    ours = {name: value for name, value in os.environ.items() if not name.startswith("ELMWEB_")}
    done = subprocess.run(
        [sys.executable, str(ROOT / "manage.py"), *arguments],
        env=ours | {"ELMWEB_DATA_DIR": str(directory)} | settings,
        capture_output=True,
        text=True,
    )
    return done.returncode, done.stdout + done.stderr


def test_embedded_needs_nothing_and_keeps_its_key(tmp_path: Path) -> None:
    status, said = manage(tmp_path, {}, "check")
    assert status == 0, said
    key = tmp_path / "secret_key"
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    first = key.read_text()
    assert environment.embedded_secret_key(tmp_path) == first
    assert len(first) >= 50


def test_half_written_key_is_refused_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "secret_key").write_text("short")
    with pytest.raises(environment.Misconfigured):
        environment.embedded_secret_key(tmp_path)
    assert "delete it" in capsys.readouterr().err


def test_production_passes_the_deployment_check(tmp_path: Path) -> None:
    status, said = manage(tmp_path, PRODUCTION, "check", "--deploy", "--fail-level", "WARNING")
    assert status == 0, said


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"ELMWEB_SECRET_KEY": ""}, "ELMWEB_SECRET_KEY must be set"),
        ({"ELMWEB_SECRET_KEY": "secret"}, "ELMWEB_SECRET_KEY is too short"),
        ({"ELMWEB_ALLOWED_HOSTS": ""}, "ELMWEB_ALLOWED_HOSTS must be set"),
        ({"ELMWEB_ALLOWED_HOSTS": "*"}, "ELMWEB_ALLOWED_HOSTS must name the hosts"),
        ({"ELMWEB_DATABASE_URL": ""}, "ELMWEB_DATABASE_URL must be set"),
        ({"ELMWEB_DATABASE_URL": "mysql://x/y"}, "ELMWEB_DATABASE_URL begins with 'mysql'"),
        ({"REDIS_URL": ""}, "REDIS_URL must be set"),
        ({"ELMWEB_BASE_URL": ""}, "ELMWEB_BASE_URL must be set"),
        ({"ELMWEB_BASE_URL": "http://walkers.example"}, "must begin with https://"),
        ({"ELMWEB_ENV": "staging"}, "write embedded or production"),
        ({"ELMWEB_OPEN_CONTROL": "maybe"}, "write 1 or 0"),
        ({"ELMWEB_BATCH_LEASE": "soon"}, "write a number"),
    ],
)
def test_production_refuses_in_one_sentence(
    tmp_path: Path, change: dict[str, str], sentence: str
) -> None:
    status, said = manage(tmp_path, PRODUCTION | change, "check")
    assert status == 2
    assert sentence in said
    assert said.strip().count("\n") == 0


def test_database_urls(tmp_path: Path) -> None:
    url = "postgresql://me:p%40ss@host:5433/name?sslmode=require"
    postgres = environment.database(url, tmp_path)
    assert postgres["NAME"] == "name"
    assert (postgres["HOST"], postgres["PORT"]) == ("host", "5433")
    assert (postgres["USER"], postgres["PASSWORD"]) == ("me", "p@ss")
    assert postgres["OPTIONS"] == {"sslmode": "require"}
    socket = environment.database("postgresql:///name?host=/run/postgresql", tmp_path)
    assert socket["HOST"] == "/run/postgresql"
    assert environment.database("sqlite:////tmp/a.db", tmp_path)["NAME"] == Path("/tmp/a.db")
    assert environment.database("", tmp_path)["NAME"] == tmp_path / "elmweb.sqlite3"


def test_celery_writes_socket_addresses_its_own_way() -> None:
    assert environment.celery_broker("unix:///a/b.sock") == "redis+socket:///a/b.sock"
    assert environment.celery_broker("redis://host/0") == "redis://host/0"
