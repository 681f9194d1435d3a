"""The command line, as a researcher meets it."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from PIL import Image
from rich.console import Console

from evolution.cli import main
from evolution.cli.display import Pace, _picture, display
from evolution.language_model.corpus.bases import numbered_program
from evolution.run_folder import read_config, read_walkers
from evolution.search import BatchReport, Search, mutate
from evolution.walkers.seeds import SEEDS, seed_program
from tests.evolution import search_parts

Output = pytest.CaptureFixture[str]


@pytest.fixture(scope="module")
def run_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("cli") / "run"
    options = ["--seed", "square", "--evaluations", "16", "--batch-size", "8", "--workers", "1"]
    assert main(["evolve", "--out", str(path), *options]) == 0
    return path


def write(tmp_path: Path, program: str | bytes) -> str:
    file = tmp_path / "mine.py"
    file.write_bytes(program if isinstance(program, bytes) else program.encode())
    return str(file)


def test_evolve_reports_in_plain_lines_without_a_terminal(tmp_path: Path, capsys: Output) -> None:
    options = ["--evaluations", "8", "--workers", "1", "--random-seed", "3"]
    assert main(["evolve", "--out", str(tmp_path / "run"), *options]) == 0
    output = capsys.readouterr()
    assert "8/8 evaluations" in output.err
    assert "coverage" in output.err
    assert "\x1b" not in output.err
    assert output.out.startswith("8 evaluations, ")
    assert "render" in output.out


def test_evolve_starts_from_a_file(tmp_path: Path) -> None:
    program = seed_program("radial") + "\n# mine\n"
    options = ["--seed", write(tmp_path, program), "--evaluations", "1", "--workers", "1"]
    assert main(["evolve", "--out", str(tmp_path / "run"), *options]) == 0
    assert next(read_walkers(tmp_path / "run")).program == program


def test_evolve_does_not_overwrite_and_resumes_a_finished_run(
    run_folder: Path, capsys: Output
) -> None:
    before = (run_folder / "walkers.jsonl").read_bytes()
    assert main(["evolve", "--out", str(run_folder), "--seed", "square"]) == 1
    assert "add --resume" in capsys.readouterr().err
    again = ["evolve", "--out", str(run_folder), "--resume", "--workers", "1"]
    assert main(again) == 0
    assert main([*again, "--seed", "square", "--evaluations", "16"]) == 0
    assert main([*again, "--random-seed", "4"]) == 1
    assert "--random-seed differs" in capsys.readouterr().err
    assert main([*again, "--seed", "radial"]) == 1
    assert "--seed differs" in capsys.readouterr().err
    assert (run_folder / "walkers.jsonl").read_bytes() == before


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--resume"], "There is no run"),
        (["--seed", "no-such-file.py"], "There is no file 'no-such-file.py'"),
        (["--seed", "generated:3000000000"], "numbers from 0 to 2,147,483,647"),
        (["--seed", "generated:one"], "There is no file 'generated:one'"),
        (["--batch-size", "100000"], "--batch-size: "),
        (["--children-per-parent", "0"], "--children-per-parent: "),
        (["--operator", "syntax-tree", "--mix", "syntax-tree", "instruct"], "--mix belongs to"),
        (["--mix", "syntax-tree"], "--mix: Value error, a mix needs two or more"),
        (["--model", "mine"], "--model belongs to"),
        (["--message", "Add a leg.", "often"], "perhaps one number"),
        (["--message", "Add a leg.", "1", "2"], "perhaps one number"),
        (["--message", "Add a leg.", "-1"], "--message: "),
        (["--operator", "instruct"], "needs --endpoint and --endpoint-model"),
        (["--endpoint", "http://localhost/v1"], "both"),
        (["--endpoint", "http://localhost/v1", "--endpoint-model", "x"], "--endpoint belongs to"),
        (["--endpoint", "localhost", "--endpoint-model", "x"], "--endpoint: "),
    ],
)
def test_evolve_says_what_is_wrong(
    tmp_path: Path, capsys: Output, options: list[str], message: str
) -> None:
    assert main(["evolve", "--out", str(tmp_path / "run"), *options]) == 1
    assert message in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_evolve_takes_messages_and_children_per_parent(tmp_path: Path) -> None:
    options = ["--evaluations", "6", "--workers", "1", "--children-per-parent", "3"]
    messages = ["--message", "Add a leg = 2.", "--message", "Changed parameters.", "0.5"]
    out = ["evolve", "--out", str(tmp_path / "run")]
    assert main([*out, *options, *messages]) == 0
    config = read_config(tmp_path / "run")
    assert config.messages == (("Add a leg = 2.", 1.0), ("Changed parameters.", 0.5))
    assert config.children_per_parent == 3
    assert main([*out, "--resume", "--workers", "1", *messages]) == 0
    assert main([*out, "--resume", "--message", "Another."]) == 1


def test_evolve_without_its_model_stops_and_can_be_resumed(tmp_path: Path, capsys: Output) -> None:
    options = ["--operator", "diff-model", "--model", "no-such-model", "--workers", "1"]
    assert main(["evolve", "--out", str(tmp_path / "run"), *options]) == 1
    error = capsys.readouterr().err
    assert "no-such-model" in error
    assert "[operator: model-unavailable]" in error
    assert "add --resume" in error
    assert read_config(tmp_path / "run").model == "no-such-model"
    assert len(list(read_walkers(tmp_path / "run"))) == 1  # the seed


def report_of_a_mix() -> tuple[Search, BatchReport]:
    """The report after a batch of a mix, made with the small parts."""
    search = Search(search_parts.config(**search_parts.MIX))
    operators = {name: search_parts.Letters(name, "ab") for name in search.config.operators}
    for _ in range(2):
        request = search.ask()
        assert request is not None
        report = search.tell(search_parts.answer(request, mutate(request, operators)))
    return search, report


def test_plain_lines_of_a_mix_show_its_shares(tmp_path: Path, capsys: Output) -> None:
    search, report = report_of_a_mix()
    with display(search, tmp_path) as show:
        show(report)
    assert re.search(r"failures, diff-model \d+% syntax-tree \d+%\n", capsys.readouterr().err)


def test_live_picture_of_a_mix_shows_who_earns(capsys: Output) -> None:
    _, report = report_of_a_mix()
    Console(width=100).print(_picture("mix", report.statistics, Pace(40, 8)))
    shown = capsys.readouterr().out
    for operator in report.statistics.operators:
        assert re.search(
            rf"{operator.name} .* {operator.share:.0%} of children +"
            rf"{operator.admitted} of {operator.tried} admitted",
            shown,
        )


def test_evolve_from_a_broken_seed_says_why(tmp_path: Path, capsys: Output) -> None:
    program = write(tmp_path, "def make_walker():\n    return missing\n")
    options = ["--seed", program, "--workers", "1"]
    assert main(["evolve", "--out", str(tmp_path / "run"), *options]) == 1
    error = capsys.readouterr().err
    assert "The seed program failed: line 2" in error
    assert "missing" in error


def test_a_generated_program_has_a_number(tmp_path: Path, capsys: Output) -> None:
    options = ["--evaluations", "1", "--workers", "1"]
    for number in (7, 8):
        run = tmp_path / str(number)
        assert main(["evolve", "--out", str(run), "--seed", f"generated:{number}", *options]) == 0
        (seed, *_) = read_walkers(run)
        assert seed.program == numbered_program(number)
    assert numbered_program(7) != numbered_program(8)


@pytest.mark.parametrize("seed", list(SEEDS))
def test_simulate_as_json(seed: str, capsys: Output) -> None:
    assert main(["simulate", seed, "--json"]) == 0
    result = json.loads(capsys.readouterr().out)
    assert result["robust_objective"] > 0
    assert result["mass"] == len(result["walker"]["joints"])
    assert 0 <= result["niche"] < 1728


def test_simulate_for_people(tmp_path: Path, capsys: Output) -> None:
    assert main(["simulate", write(tmp_path, seed_program("square")), "--terrain", "bumpy"]) == 0
    output = capsys.readouterr().out
    assert "m in 10 s" in output
    assert "5 joints, 8 muscles, 3 of them active" in output
    assert "repaired: amplitude-clamped" in output


def test_refused_program_names_its_line(tmp_path: Path, capsys: Output) -> None:
    file = write(tmp_path, "def make_walker():\n    return 1 / 0\n")
    assert main(["simulate", file]) == 1
    assert "line 2: " in capsys.readouterr().err
    assert main(["simulate", file, "--json"]) == 1
    refused = json.loads(capsys.readouterr().out)["refused"]
    assert (refused["stage"], refused["line"]) == ("sandbox", 2)


def test_file_that_is_not_text(tmp_path: Path, capsys: Output) -> None:
    assert main(["simulate", write(tmp_path, b"a = '\xff'")]) == 1
    assert "not UTF-8" in capsys.readouterr().err
    assert main(["simulate", str(tmp_path)]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_render_a_run_and_a_program(run_folder: Path, tmp_path: Path, capsys: Output) -> None:
    animation, pose, card = tmp_path / "a.gif", tmp_path / "a.svg", tmp_path / "a.png"
    outs = ["--gif", str(animation), "--svg", str(pose), "--png", str(card)]
    assert main(["render", str(run_folder), *outs]) == 0
    with Image.open(animation) as image:
        assert image.format == "GIF"
    with Image.open(card) as image:
        assert (image.format, image.size) == ("PNG", (1200, 630))
    best = pose.read_bytes()
    assert main(["render", str(run_folder), "--walker", "0", "--svg", str(pose)]) == 0
    square = pose.read_bytes()
    assert main(["render", "square", "--svg", str(pose)]) == 0
    assert square == pose.read_bytes()
    assert best.startswith(b"<svg")
    capsys.readouterr()


def test_render_says_what_is_wrong(run_folder: Path, tmp_path: Path, capsys: Output) -> None:
    for arguments, message in (
        (["square"], "Say what to make"),
        ([str(tmp_path), "--gif", "x.gif"], "not a run folder"),
        ([str(run_folder), "--walker", "999", "--gif", "x.gif"], "has walkers 0 to "),
        (["square", "--svg", str(tmp_path / "none" / "x.svg")], "cannot be written"),
    ):
        assert main(["render", *arguments]) == 1
        assert message in capsys.readouterr().err


def test_seeds_are_listed_and_printed(capsys: Output) -> None:
    assert main(["seeds"]) == 0
    listed = capsys.readouterr().out
    assert [line.split()[0] for line in listed.splitlines()] == list(SEEDS)
    assert main(["seeds", "radial"]) == 0
    assert capsys.readouterr().out == seed_program("radial")


def test_help_teaches(capsys: Output) -> None:
    for arguments in ([], ["evolve"], ["simulate"], ["render"], ["seeds"], ["benchmarks"]):
        with pytest.raises(SystemExit) as stopped:
            main([*arguments, "--help"])
        assert stopped.value.code == 0
        described = capsys.readouterr().out.split("\n\n")[1]
        assert len(described) > 40


def test_wrong_usage_is_status_two(capsys: Output) -> None:
    for arguments in ([], ["fly"], ["evolve"], ["evolve", "--out", "x", "--workers", "0"]):
        with pytest.raises(SystemExit) as stopped:
            main(arguments)
        assert stopped.value.code == 2
        assert "usage:" in capsys.readouterr().err


def test_benchmark_options_belong_to_some_benchmarks(capsys: Output) -> None:
    assert main(["benchmarks", "replay", "--evaluations", "5"]) == 1
    assert "belongs to search, edits, operators only" in capsys.readouterr().err


def test_search_benchmark_prints_one_json_object(capsys: Output) -> None:
    options = ["--evaluations", "64", "--random-seeds", "1", "--seeds", "square"]
    assert main(["benchmarks", "search", "--json", *options]) == 0
    report = json.loads(capsys.readouterr().out)
    assert report["benchmark"] == "search"
    assert report["conditions"]["evaluations"] == 64
    figures = {figure["name"]: figure for figure in report["figures"]}
    assert 0 < figures["CPU time outside sandbox and simulation"]["value"] < 100
    assert figures["rate over the whole run"]["value"] > 0
    assert figures["square: coverage, mean"]["value"] > 0
    assert all(set(f) == {"name", "value", "unit", "target", "holds"} for f in figures.values())


def test_pace_knows_rate_and_end() -> None:
    now = [0.0]
    pace = Pace(1000, 0, clock=lambda: now[0])
    assert (pace.rate, pace.remaining) == (0.0, "-")
    for second in range(1, 101):
        now[0] = float(second)
        pace.note(10 * second if second <= 50 else 500 + 2 * (second - 50))
    assert pace.rate == pytest.approx(2.0)
    assert pace.remaining == "3:20"
