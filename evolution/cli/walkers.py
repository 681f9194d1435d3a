"""``simulate``, ``render`` and ``seeds``: single programs and their walkers."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from evolution.archive import niche_of
from evolution.cli.errors import CommandError, describe, read_program
from evolution.config import ArchiveConfig
from evolution.evaluation import NUDGES, Evaluation, Evaluator
from evolution.rendering import gif, poster_png, walker_svg
from evolution.run_folder import RunFolderError, read_walkers
from evolution.sandbox import SandboxUnavailable
from evolution.simulation import TERRAINS, Motion, terrain_named
from evolution.types import Failure
from evolution.walkers.seeds import SEEDS, seed_program

_TERRAINS = [terrain.name for terrain in TERRAINS]
_PROGRAM = "a program: a file, - for standard input, or a seed's name"


def add_commands(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    simulate = commands.add_parser(
        "simulate",
        help="build and simulate one program",
        description="Build one program's walker in the sandbox and say how far it goes. "
        "If the program is refused, say why and on which line (exit status 1).",
    )
    simulate.set_defaults(command=_simulate)
    simulate.add_argument("file", metavar="FILE", help=_PROGRAM)
    simulate.add_argument("--terrain", choices=_TERRAINS, default="flat")
    simulate.add_argument("--json", action="store_true", help="print one JSON object")

    render = commands.add_parser(
        "render",
        help="make pictures of a walker",
        description="Draw a walker in motion: an animation, a poster, a share card. From a "
        "run folder, the walker that goes furthest, or another by its number.",
    )
    render.set_defaults(command=_render)
    render.add_argument("file", metavar="FILE|DIR", help=_PROGRAM + "; or a run folder")
    render.add_argument("--walker", type=int, metavar="N", help="which one of a run folder")
    render.add_argument("--terrain", choices=_TERRAINS, default="flat")
    render.add_argument("--gif", type=Path, metavar="OUT", help="the whole motion, 10 s")
    render.add_argument("--svg", type=Path, metavar="OUT", help="one pose")
    render.add_argument("--png", type=Path, metavar="OUT", help="1200 x 630, its way in ghosts")
    render.add_argument("--title", metavar="TEXT", help="on the png (default: the file's name)")

    seeds = commands.add_parser(
        "seeds",
        help="list the seed programs, or print one",
        description="The programs that a search can start from. With a name, print its text.",
    )
    seeds.set_defaults(command=_seeds)
    seeds.add_argument("name", nargs="?", choices=list(SEEDS), metavar="NAME")


def _simulate(options: argparse.Namespace) -> int:
    result = _evaluate(read_program(options.file), options.terrain)
    if isinstance(result, Failure):
        if not options.json:
            raise CommandError(f"{options.file}: {describe(result)}")
        print(json.dumps({"refused": result.to_json()}, indent=2))
        return 1
    print(json.dumps(_to_json(result), indent=2) if options.json else _to_text(result))
    return 0


def _to_json(result: Evaluation) -> dict[str, Any]:
    walker = result.walker
    return {
        "objective": result.objective,
        "robust_objective": result.robust_objective,
        "height": walker.height,
        "width": walker.width,
        "mass": walker.mass,
        "niche": niche_of(walker.measures, ArchiveConfig()),
        "repairs": result.repairs,
        "digest": walker.digest,
        "walker": walker.to_json(),
    }


def _to_text(result: Evaluation) -> str:
    walker = result.walker
    active = sum(not muscle.is_distance for muscle in walker.muscles)
    lines = [
        f"{result.robust_objective:.2f} m in 10 s: the least of its own start and "
        f"{len(NUDGES)} nudged ones, finely simulated",
        f"{result.objective:.2f} m in the coarse screening",
        f"{len(walker.joints)} joints, {len(walker.muscles)} muscles, {active} of them active",
        f"height {walker.height:.2f} m, width {walker.width:.2f} m, mass {walker.mass:g} kg, "
        f"niche {niche_of(walker.measures, ArchiveConfig())}",
    ]
    lines += [f"repaired: {code} ({count} times)" for code, count in result.repairs.items()]
    return "\n".join(lines)


def _render(options: argparse.Namespace) -> int:
    if not (options.gif or options.svg or options.png):
        raise CommandError("Say what to make: --gif OUT, --svg OUT or --png OUT.")
    path = Path(options.file)
    if path.is_dir():
        motion, title, subtitle = _from_run(path, options.walker)
    else:
        motion, title, subtitle = _from_program(options.file, options.terrain)
    title = options.title or title
    if options.gif:
        _save(options.gif, gif(motion))
    if options.svg:
        _save(options.svg, walker_svg(motion).encode())
    if options.png:
        _save(options.png, poster_png(motion, title, subtitle))
    return 0


def _save(out: Path, picture: bytes) -> None:
    try:
        out.write_bytes(picture)
    except OSError as error:
        raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
    print(f"{out}: {len(picture):,} bytes")


def _from_run(path: Path, number: int | None) -> tuple[Motion, str, str]:
    try:
        walkers = list(read_walkers(path))
    except (RunFolderError, FileNotFoundError):
        raise CommandError(f"{path} is not a run folder.") from None
    if not walkers:
        raise CommandError(f"The run in {path} has no walkers yet.")
    if number is None:
        chosen = max(walkers, key=lambda walker: walker.robust_objective)
    elif 0 <= number < len(walkers):
        chosen = walkers[number]
    else:
        raise CommandError(f"The run in {path} has walkers 0 to {len(walkers) - 1}.")
    joints, muscles = len(chosen.walker.joints), len(chosen.walker.muscles)
    subtitle = f"Generation {chosen.depth}, {joints} joints, {muscles} muscles"
    return Motion.decode(chosen.motion), f"Walker {chosen.number}", subtitle


def _from_program(source: str, terrain: str) -> tuple[Motion, str, str]:
    result = _evaluate(read_program(source), terrain)
    if isinstance(result, Failure):
        raise CommandError(f"{source}: {describe(result)}")
    assert result.motion is not None  # without bars every walker is confirmed
    title = SEEDS[source].title if source in SEEDS else Path(source).stem
    subtitle = f"{len(result.walker.joints)} joints, {len(result.walker.muscles)} muscles"
    return Motion.decode(result.motion), title, subtitle


def _evaluate(program: str, terrain: str) -> Evaluation | Failure:
    try:
        with Evaluator(terrain_named(terrain)) as evaluator:
            (result,) = evaluator.evaluate([program])
    except SandboxUnavailable as error:
        raise CommandError(str(error)) from error
    return result


def _seeds(options: argparse.Namespace) -> int:
    if options.name:
        print(seed_program(options.name), end="")
        return 0
    for seed in SEEDS.values():
        print(f"{seed.name:14}{seed.description}")
    return 0
