"""A run on disk: enough to repeat it, to study it, and to go on exactly where it stopped.

    manifest.json   config, versions, platform: what decides the outcome
    walkers.jsonl   one admitted walker a line, in order of admission
    batches.jsonl   one applied batch a line; a batch counts once its line is whole

Both logs are append-only. A batch's walkers are written before its line, and the line
says where they end, so a run that was killed anywhere resumes after its last whole
batch, and its files end up byte for byte like those of a run that was not killed.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import platform
import subprocess
from collections.abc import Iterator
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path
from time import monotonic
from typing import IO, Any, Self

from pydantic import ValidationError

import evolution
from evolution.archive import Admission
from evolution.config import RunConfig
from evolution.operators.mix import Tally
from evolution.search import Admitted, BatchReport, Search
from evolution.walkers import Walker

FORMAT = 1
# Power may fail: at most this much work is then done again.
_SYNC_SECONDS = 1.0


class RunFolderError(Exception):
    """This folder cannot be used; the message says what to do."""


class RunFolder:
    """The folder of one run, open for writing by one process.

    Use `create` for a new run and `resume` for one that exists, then `append` each
    report. `read_walkers` and `read_config` need no open folder.
    """

    def __init__(self, path: Path, config: RunConfig, warnings: list[str]) -> None:
        self.path = path
        self.config = config
        self.warnings = warnings  # how this machine differs from the manifest's
        self._walkers = (path / "walkers.jsonl").open("ab")
        self._batches = (path / "batches.jsonl").open("ab")
        self._synced = monotonic()
        _lock(self._batches, path)

    @classmethod
    def create(cls, path: Path, config: RunConfig) -> RunFolder:
        """Start a run's folder; makes the directory.

        Raises:
            RunFolderError: if a run is already there.
        """
        if (path / "manifest.json").exists():
            raise RunFolderError(f"{path} already holds a run; add --resume to go on with it.")
        path.mkdir(parents=True, exist_ok=True)
        manifest = {
            "format": FORMAT,
            "config": config.model_dump(mode="json"),
            **_surroundings(),
        }
        draft = path / "manifest.json.part"
        draft.write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
        draft.replace(path / "manifest.json")
        return cls(path, config, [])

    @classmethod
    def resume(cls, path: Path) -> tuple[RunFolder, Search]:
        """Open a run's folder and bring its search back.

        Raises:
            RunFolderError: if there is no run, it is in use, or its records do not fit.
        """
        manifest = _manifest(path)
        folder = cls(path, _config(manifest, path), _differences(manifest))
        try:
            search = folder._restore()
        except (ValueError, KeyError, TypeError) as error:
            folder.close()
            raise RunFolderError(f"The records in {path} do not fit together: {error}") from error
        return folder, search

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def append(self, report: BatchReport) -> None:
        """Record an applied batch; it survives a kill of the process from here on."""
        for record in report.admitted:
            self._walkers.write(_line(_walker_to_json(record)))
        self._walkers.flush()
        statistics = asdict(report.statistics)
        del statistics["failures"]  # sums; each batch's own are enough
        self._batches.write(
            _line(
                {
                    "batch": report.number,
                    "tried": report.tried,
                    "failures": report.failures,
                    "tallies": {name: asdict(tally) for name, tally in report.tallies.items()},
                    "walkers_end": os.fstat(self._walkers.fileno()).st_size,
                    **statistics,
                }
            )
        )
        self._batches.flush()
        if monotonic() - self._synced > _SYNC_SECONDS:
            self._sync()

    def close(self) -> None:
        if not self._batches.closed:
            self._sync()
            self._walkers.close()
            self._batches.close()

    def _sync(self) -> None:
        os.fsync(self._walkers.fileno())
        os.fsync(self._batches.fileno())
        self._synced = monotonic()

    def _restore(self) -> Search:
        """Replay the whole batches and cut off what follows them."""
        size = (self.path / "walkers.jsonl").stat().st_size
        batches, batches_end = _whole_batches(self.path / "batches.jsonl", size)
        walkers_end = batches[-1]["walkers_end"] if batches else 0
        os.truncate(self.path / "batches.jsonl", batches_end)
        os.truncate(self.path / "walkers.jsonl", walkers_end)
        search = Search(self.config)
        records = read_walkers(self.path)
        record = next(records, None)
        for batch in batches:
            search.ask()
            admitted = []
            while record is not None and record.batch == batch["batch"]:
                admitted.append(record)
                record = next(records, None)
            search.replay(
                batch["batch"], batch["tried"], batch["failures"], admitted, _tallies(batch)
            )
        return search


def read_config(path: Path) -> RunConfig:
    """The config of the run in a folder.

    Raises:
        RunFolderError: if there is no run.
    """
    return _config(_manifest(path), path)


def read_walkers(path: Path) -> Iterator[Admitted]:
    """Every walker ever admitted, in order; a torn last line is left out."""
    with (path / "walkers.jsonl").open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield _walker_from_json(json.loads(line))


def _whole_batches(path: Path, walkers_size: int) -> tuple[list[dict[str, Any]], int]:
    """Batch lines that are whole and whose walkers are there, and where they end."""
    batches: list[dict[str, Any]] = []
    end = 0
    with path.open("rb") as lines:
        for line in lines:
            if not line.endswith(b"\n"):
                break
            try:
                batch = json.loads(line)
            except ValueError:
                break  # a block that never reached the disk
            if batch["walkers_end"] > walkers_size:
                break
            batches.append(batch)
            end += len(line)
    return batches, end


def _tallies(batch: dict[str, Any]) -> dict[str, Tally] | None:
    """None in a line that an older version wrote, when a run had one operator."""
    if "tallies" not in batch:
        return None
    return {name: Tally(**tally) for name, tally in batch["tallies"].items()}


def _line(payload: dict[str, Any]) -> bytes:
    return json.dumps(payload, separators=(",", ":")).encode() + b"\n"


def _walker_to_json(record: Admitted) -> dict[str, Any]:
    height, width, mass = record.walker.measures
    return {
        "number": record.number,
        "parent": record.parent,
        "batch": record.batch,
        "depth": record.depth,
        "operator": record.operator,
        "message": record.message,
        "admission": record.admission.value,
        "niche": record.niche,
        "objective": record.objective,
        "robust_objective": record.robust_objective,
        "height": height,
        "width": width,
        "mass": mass,
        "repairs": record.repairs,
        "program": record.program,
        "diff": record.diff,
        "walker": record.walker.to_json(),
        "motion": base64.b64encode(record.motion).decode(),
    }


def _walker_from_json(payload: dict[str, Any]) -> Admitted:
    return Admitted(
        number=payload["number"],
        parent=payload["parent"],
        operator=payload["operator"],
        message=payload["message"],
        diff=payload["diff"],
        depth=payload["depth"],
        batch=payload["batch"],
        program=payload["program"],
        walker=Walker.from_json(payload["walker"]),
        repairs=payload["repairs"],
        objective=payload["objective"],
        robust_objective=payload["robust_objective"],
        niche=payload["niche"],
        admission=Admission(payload["admission"]),
        motion=base64.b64decode(payload["motion"]),
    )


def _manifest(path: Path) -> dict[str, Any]:
    try:
        manifest = json.loads((path / "manifest.json").read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise RunFolderError(f"There is no run in {path}: manifest.json is missing.") from None
    except ValueError as error:
        raise RunFolderError(f"{path / 'manifest.json'} cannot be read: {error}") from error
    if not isinstance(manifest, dict) or manifest.get("format") != FORMAT:
        raise RunFolderError(f"{path} was written in a format that this version does not know.")
    return manifest


def _config(manifest: dict[str, Any], path: Path) -> RunConfig:
    try:
        return RunConfig.model_validate(manifest.get("config"))
    except ValidationError as error:
        raise RunFolderError(f"The config in {path / 'manifest.json'} is wrong: {error}") from error


def _surroundings() -> dict[str, Any]:
    """What else can change a run's digits, besides its config."""
    return {
        "versions": {
            "evolution": evolution.__version__,
            "python": platform.python_version(),
            **{name: version(name) for name in ("numpy", "pymunk", "ribs")},
        },
        "platform": f"{platform.system()} {platform.machine()}",
        "git_commit": _git_commit(),
    }


def _git_commit() -> str | None:
    """The commit of the library's own checkout, if it runs from one."""
    root = Path(__file__).resolve().parent.parent
    if not (root / ".git").exists():
        return None
    try:
        answer = subprocess.run(
            ["git", "-C", str(root), "rev-parse", "HEAD"],
            capture_output=True,
            text=True,
            timeout=5,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return None  # no git here: the versions must do
    return answer.stdout.strip()


def _differences(manifest: dict[str, Any]) -> list[str]:
    """How this machine differs from the one that started the run, for people."""
    here = _surroundings()
    then = {**manifest.get("versions", {}), "platform": manifest.get("platform")}
    now = {**here["versions"], "platform": here["platform"]}
    return [
        f"{name} was {then.get(name)}, is {value} now: the rest may differ in its last digits"
        for name, value in now.items()
        if then.get(name) != value
    ]


def _lock(file: IO[bytes], path: Path) -> None:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise RunFolderError(f"Another process is writing to {path}; wait or stop it.") from None
