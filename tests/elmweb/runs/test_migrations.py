"""What becomes of the runs of an older version."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.state import StateApps

pytestmark = pytest.mark.django_db(transaction=True)


def migrated(name: str) -> StateApps:
    """The models as of a migration of `elmweb.runs`, once it is the last one."""
    MigrationExecutor(connection).migrate([("runs", name)])
    return MigrationExecutor(connection).loader.project_state([("runs", name)]).apps


@pytest.fixture
def before_mixes() -> Iterator[StateApps]:
    yield migrated("0002_run_resumed_at")
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


def test_what_older_runs_counted_is_their_only_operator_s(before_mixes: StateApps) -> None:
    old = before_mixes.get_model("runs", "Run")
    counts = {"evaluations": 128, "admitted": 21, "failures": {}}
    config = {"seed_program": "x = 1", "operator": "syntax-tree"}
    old.objects.create(public_id="going", name="going", config=config, statistics=counts)
    old.objects.create(public_id="new", name="new", config=config, statistics={})
    run = migrated("0003_run_mix").get_model("runs", "Run")
    going, new = run.objects.get(public_id="going"), run.objects.get(public_id="new")
    assert going.mix == {"syntax-tree": {"tried": 128, "admitted": 20}}
    assert going.statistics["operators"] == [
        {"name": "syntax-tree", "share": 1.0, "tried": 128, "admitted": 20}
    ]
    assert (new.mix, new.statistics) == ({}, {})
