"""A run on disk: what is written, and that it goes on exactly after any kind of end."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from evolution.config import RunConfig
from evolution.diffs import apply_unified
from evolution.operators import Operator
from evolution.run_folder import (
    RunFolder,
    RunFolderError,
    read_config,
    read_walkers,
)
from evolution.search import Operators, Search, mutate
from evolution.simulation import Motion
from evolution.walkers.seeds import seed_program
from evolution.workers import LocalWorker, evolve
from tests.evolution.search_parts import MIX, Letters, Suffixes, answer, config, elites

LOGS = ("walkers.jsonl", "batches.jsonl")
OPTIONS = ["--seed", "square", "--evaluations", "80", "--batch-size", "8", "--workers", "2"]


def letters() -> dict[str, Operator]:
    """The operators of a cheap mix."""
    return {"diff-model": Letters("diff-model", "ab"), "syntax-tree": Letters("syntax-tree", "d")}


def go_on(
    folder: RunFolder,
    search: Search,
    until: int | None = None,
    operators: Operators = Suffixes(),  # noqa: B008 (it has no state)
) -> None:
    """Drive a search with the small parts, up to a batch or to its end."""
    while not search.finished and search.applied != until:
        request = search.ask()
        assert request is not None
        folder.append(search.tell(answer(request, mutate(request, operators))))


def logs(path: Path) -> list[bytes]:
    return [(path / name).read_bytes() for name in LOGS]


@pytest.fixture
def whole(tmp_path: Path) -> Path:
    """A run that nobody interrupted."""
    path = tmp_path / "whole"
    with RunFolder.create(path, config()) as folder:
        go_on(folder, Search(config()))
    return path


def test_manifest_is_enough_to_repeat_a_run(whole: Path) -> None:
    manifest = json.loads((whole / "manifest.json").read_text())
    assert RunConfig.model_validate(manifest["config"]) == config() == read_config(whole)
    assert set(manifest["versions"]) == {"evolution", "python", "numpy", "pymunk", "ribs"}
    assert manifest["platform"]
    with RunFolder.create(whole.parent / "again", read_config(whole)) as folder:
        go_on(folder, Search(folder.config))
    assert logs(whole) == logs(whole.parent / "again")


def test_every_admitted_walker_is_kept_with_its_lineage(whole: Path) -> None:
    walkers = list(read_walkers(whole))
    assert [walker.number for walker in walkers] == list(range(len(walkers)))
    for walker in walkers[1:]:
        assert walker.parent is not None
        parent = walkers[walker.parent]
        assert apply_unified(parent.program, walker.diff) == walker.program
        assert walker.motion == walker.program.encode()
        assert (walker.operator, walker.depth) == ("suffixes", parent.depth + 1)
        assert walker.message


def damage_torn_line(path: Path) -> None:
    with (path / "batches.jsonl").open("ab") as file:
        file.write(b'{"batch":4,"tri')


def damage_walkers_without_their_batch(path: Path) -> None:
    lines = (path / "batches.jsonl").read_bytes().splitlines(keepends=True)
    (path / "batches.jsonl").write_bytes(b"".join(lines[:-1]))


def damage_lost_walkers(path: Path) -> None:
    """After a power failure: the batch's line reached the disk, its walkers did not."""
    data = (path / "walkers.jsonl").read_bytes()
    (path / "walkers.jsonl").write_bytes(data[:-20])


def damage_zeros(path: Path) -> None:
    with (path / "batches.jsonl").open("ab") as file:
        file.write(b"\0" * 100 + b"\n")


def damage_before_the_seed(path: Path) -> None:
    for name in LOGS:
        (path / name).unlink()


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: None,
        damage_torn_line,
        damage_walkers_without_their_batch,
        damage_lost_walkers,
        damage_zeros,
        damage_before_the_seed,
    ],
)
def test_run_goes_on_exactly_after_damage(
    whole: Path, tmp_path: Path, damage: Callable[[Path], None]
) -> None:
    path = tmp_path / "half"
    with RunFolder.create(path, config()) as folder:
        go_on(folder, Search(config()), until=3)
    damage(path)
    folder, search = RunFolder.resume(path)
    with folder:
        go_on(folder, search)
    assert logs(path) == logs(whole)


def as_older_version(path: Path) -> None:
    """Take out what versions without mixes did not write."""
    manifest = json.loads((path / "manifest.json").read_text())
    for name in ("mix", "model", "instruct", "children_per_parent"):
        del manifest["config"][name]
    (path / "manifest.json").write_text(json.dumps(manifest))
    lines = []
    for line in (path / "batches.jsonl").read_text().splitlines():
        batch = json.loads(line)
        del batch["tallies"], batch["operators"]
        lines.append(json.dumps(batch, separators=(",", ":")) + "\n")
    (path / "batches.jsonl").write_text("".join(lines))


def test_run_of_an_older_version_goes_on_exactly(whole: Path, tmp_path: Path) -> None:
    path = tmp_path / "old"
    with RunFolder.create(path, config()) as folder:
        go_on(folder, Search(config()), until=3)
    as_older_version(path)
    folder, search = RunFolder.resume(path)
    with folder:
        go_on(folder, search)
    assert logs(path)[0] == logs(whole)[0]
    last, expected = (file[1].splitlines()[-1] for file in (logs(path), logs(whole)))
    old, new = json.loads(last), json.loads(expected)
    assert old["operators"] == new["operators"]
    assert old["operators"][0]["tried"] == 40


def test_mix_goes_on_exactly_after_a_stop(tmp_path: Path) -> None:
    settings = config(evaluations=160, **MIX)
    with RunFolder.create(tmp_path / "whole", settings) as folder:
        go_on(folder, Search(settings), operators=letters())
    with RunFolder.create(tmp_path / "half", settings) as folder:
        go_on(folder, Search(settings), until=9, operators=letters())
    folder, search = RunFolder.resume(tmp_path / "half")
    with folder:
        go_on(folder, search, operators=letters())
    assert logs(tmp_path / "half") == logs(tmp_path / "whole")
    last = json.loads(logs(tmp_path / "whole")[1].splitlines()[-1])
    assert [operator["name"] for operator in last["operators"]] == list(MIX["mix"])
    assert {operator["share"] for operator in last["operators"]} != {0.5}


def test_mix_needs_to_know_who_made_what(tmp_path: Path) -> None:
    settings = config(**MIX)
    with RunFolder.create(tmp_path / "run", settings) as folder:
        go_on(folder, Search(settings), operators=letters())
    as_lines = tmp_path / "run" / "batches.jsonl"
    as_lines.write_text(as_lines.read_text().replace('"tallies"', '"counts"'))
    with pytest.raises(RunFolderError, match="each operator's children"):
        RunFolder.resume(tmp_path / "run")


def test_finished_run_resumes_as_finished(whole: Path) -> None:
    before = logs(whole)
    folder, search = RunFolder.resume(whole)
    folder.close()
    assert search.finished
    assert logs(whole) == before


def start(path: Path, *options: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "evolution", "evolve", "--out", str(path), *options]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def descendants(pid: int) -> set[int]:
    """Processes that a process started, directly or not."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                stat = (entry / "stat").read_text()
            except (FileNotFoundError, ProcessLookupError):
                continue
            parents[int(entry.name)] = int(stat.rpartition(")")[2].split()[1])
    found = {pid}
    while more := {child for child, parent in parents.items() if parent in found} - found:
        found |= more
    return found - {pid}


def alive(pids: set[int]) -> set[int]:
    return {
        pid
        for pid in pids
        if (status := Path(f"/proc/{pid}/status")).exists()
        and "State:\tZ" not in status.read_text()
    }


def wait_for(done: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "waited too long"
        time.sleep(0.02)


def test_run_that_is_killed_ends_like_one_that_is_not(tmp_path: Path) -> None:
    """The whole command with two workers, against the library in this process."""
    process = start(tmp_path / "killed", *OPTIONS)

    def has_begun() -> bool:
        log = tmp_path / "killed" / "batches.jsonl"
        return log.exists() and log.read_bytes().count(b"\n") >= 3

    wait_for(has_begun)
    family = descendants(process.pid)
    assert len(family) >= 4  # two workers with a sandbox each
    process.kill()
    assert process.wait() == -signal.SIGKILL
    wait_for(lambda: not alive(family))
    assert (tmp_path / "killed" / "batches.jsonl").read_bytes().count(b"\n") < 11
    settings = read_config(tmp_path / "killed")
    whole = RunFolder.create(tmp_path / "whole", settings)
    with whole, LocalWorker(settings) as worker:
        for _ in evolve(Search(settings), worker, whole):
            pass
    assert start(tmp_path / "killed", "--resume", "--workers", "2").wait(120) == 0
    assert logs(tmp_path / "killed") == logs(tmp_path / "whole")


def test_recorded_motion_is_that_of_the_walker(tmp_path: Path) -> None:
    settings = config(seed_program=seed_program("square"), evaluations=8)
    with RunFolder.create(tmp_path / "run", settings) as folder, LocalWorker(settings) as worker:
        search = Search(settings)
        for _ in evolve(search, worker, folder):
            pass
    walkers = list(read_walkers(tmp_path / "run"))
    assert len(walkers) == search.admitted
    assert elites(search)
    for walker in walkers:
        motion = Motion.decode(walker.motion)
        assert motion.joints == len(walker.walker.joints)
        way = motion.positions[-1, :, 0].mean() - motion.positions[0, :, 0].mean()
        assert abs(way) >= walker.robust_objective - 0.05


def test_existing_run_is_not_overwritten(whole: Path) -> None:
    with pytest.raises(RunFolderError, match="add --resume"):
        RunFolder.create(whole, config())


def test_one_process_at_a_time(whole: Path) -> None:
    folder, _ = RunFolder.resume(whole)
    with folder, pytest.raises(RunFolderError, match="Another process"):
        RunFolder.resume(whole)


def test_folder_without_a_run(tmp_path: Path) -> None:
    with pytest.raises(RunFolderError, match=r"manifest\.json is missing"):
        RunFolder.resume(tmp_path)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "cannot be read"),
        ("[]", "format"),
        ('{"format": 99}', "format"),
        ('{"format": 1, "config": {"speed": 1}}', "config"),
    ],
)
def test_manifest_that_is_wrong(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(RunFolderError, match=message):
        RunFolder.resume(tmp_path)


def test_records_that_were_changed_are_refused(whole: Path) -> None:
    file = whole / "walkers.jsonl"
    first, rest = file.read_bytes().split(b"\n", 1)
    record = json.loads(first)
    record["number"] = 7
    line = json.dumps(record, separators=(",", ":")).encode()
    assert len(line) == len(first)
    file.write_bytes(line + b"\n" + rest)
    with pytest.raises(RunFolderError, match="do not fit"):
        RunFolder.resume(whole)


def test_other_versions_are_told(whole: Path) -> None:
    manifest = json.loads((whole / "manifest.json").read_text())
    manifest["versions"]["numpy"] = "1.0"
    (whole / "manifest.json").write_text(json.dumps(manifest))
    folder, _ = RunFolder.resume(whole)
    folder.close()
    (warning,) = folder.warnings
    assert warning.startswith("numpy was 1.0, is ")
