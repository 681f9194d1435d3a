"""Training: learns, repeats exactly, goes on exactly; models are saved, named, refused."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from transformers import LlamaForCausalLM

from evolution.diffs.line_edits import line_edits, lines_of
from evolution.language_model.examples import ExamplesError, write_examples
from evolution.language_model.generation import Sampler
from evolution.language_model.making import make_model
from evolution.language_model.mixture import Mixture, make_part, read_part
from evolution.language_model.model import load_model, new_decoder
from evolution.language_model.muon import orthogonal
from evolution.language_model.packing import Branch, Pack
from evolution.language_model.registry import UnknownModel, find_model, model_hash
from evolution.language_model.sampling import Group
from evolution.language_model.training import Training
from evolution.language_model.weights import ModelError, read_weights
from tests.evolution.language_model.tiny import (
    SETTINGS,
    SHAPE,
    examples,
    make_tiny,
    part,
    tokenizer,
)


def training(folder: Path, steps: int = 4) -> Training:
    mixture = Mixture([part()], tokenizer(), SETTINGS.row_length)
    settings = SETTINGS.model_copy(update={"steps": steps})
    return Training(new_decoder(tokenizer(), SHAPE, 0), mixture, settings, folder)


def test_the_loss_falls_and_is_told(tmp_path: Path) -> None:
    seen = list(training(tmp_path, steps=12).run())
    assert [progress.step for progress in seen] == list(range(1, 13))
    assert seen[-1].loss < seen[0].loss - 0.5
    assert seen[-1].validation["tiny"] < seen[1].validation["tiny"]
    curve = [json.loads(line) for line in (tmp_path / "curve.jsonl").read_text().splitlines()]
    assert [point["step"] for point in curve] == [2, 4, 6, 8, 10, 12]


def test_parents_teach_their_own_tokens_where_they_have_weight(tmp_path: Path) -> None:
    def after(weight: float) -> float:
        settings = SETTINGS.model_copy(update={"steps": 12, "parent_weight": weight})
        mixture = Mixture([part()], tokenizer(), settings.row_length)
        decoder = new_decoder(tokenizer(), SHAPE, 0)
        list(Training(decoder, mixture, settings, tmp_path / str(weight)).run())
        tokens = torch.tensor([tokenizer().program(lines_of(part().groups[0][0].parent))])
        with torch.no_grad():
            return float(decoder(input_ids=tokens, labels=tokens).loss)

    assert after(0.5) < after(0) - 0.05


class Fixed:
    """A practice that draws the same two edits: one is to become likelier, one less likely."""

    def __init__(self) -> None:
        (parent,) = {example.parent for example in examples()[:2]}
        edits = [line_edits(parent, example.child) for example in examples()[:2]]
        lines = lines_of(parent)
        message = tokenizer().message("Something else")
        written = [tokenizer().edits(edit, lines) for edit in edits]
        self.branches = [Branch(message, edit, w) for edit, w in zip(written, (4, -4), strict=True)]
        self.parent = tokenizer().program(lines)

    def draw(self, decoder: object, rng: object) -> list[Pack]:
        return [Pack(self.parent, self.branches)]

    def figures(self) -> dict[str, float]:
        return {"practised": 1.0}

    def summary(self) -> dict[str, object]:
        return {}

    def losses(self, decoder: LlamaForCausalLM) -> list[float]:
        found = []
        for branch in self.branches:
            start = [*self.parent, *branch.message]
            tokens = torch.tensor([[*start, *branch.edit]])
            labels = torch.tensor([[-100] * len(start) + branch.edit])
            with torch.no_grad():
                found.append(float(decoder(input_ids=tokens, labels=labels).loss))
        return found


def test_practised_edits_become_likelier_or_less_likely_by_their_weight(tmp_path: Path) -> None:
    fixed = Fixed()
    mixture = Mixture([part()], tokenizer(), SETTINGS.row_length)
    decoder = new_decoder(tokenizer(), SHAPE, 0)
    list(Training(decoder, mixture, SETTINGS, tmp_path / "first").run())
    before = fixed.losses(decoder)
    settings = SETTINGS.model_copy(update={"steps": 16})
    training = Training(decoder, mixture, settings, tmp_path / "second", practice=fixed)
    seen = list(training.run())
    praised, blamed = (
        after - before for after, before in zip(fixed.losses(decoder), before, strict=True)
    )
    assert praised < -0.1
    assert blamed > praised + 0.5
    assert seen[-1].validation["practised"] == 1.0


def test_what_is_blamed_gives_way_to_what_else_could_have_been_written(tmp_path: Path) -> None:
    fixed = Fixed()
    message, edit = fixed.branches[1].message, fixed.branches[1].edit[:1]
    either = np.zeros((1, tokenizer().size), dtype=bool)
    either[0, [*edit, tokenizer().end]] = True

    def chance_to_end(allowed: NDArray[np.bool_] | None, folder: str) -> float:
        fixed.branches = [Branch(message, edit, -100, allowed)]
        mixture = Mixture([part()], tokenizer(), SETTINGS.row_length)
        settings = SETTINGS.model_copy(update={"steps": 16})
        decoder = new_decoder(tokenizer(), SHAPE, 0)
        list(Training(decoder, mixture, settings, tmp_path / folder, practice=fixed).run())
        with torch.no_grad():
            logits = decoder(input_ids=torch.tensor([[*fixed.parent, *message]])).logits[0, -1]
        return float(logits.softmax(-1)[tokenizer().end])

    assert chance_to_end(either, "either") > 3 * chance_to_end(None, "anything")


def test_a_stopped_training_goes_on_to_the_same_weights(tmp_path: Path) -> None:
    whole = training(tmp_path / "whole")
    list(whole.run())
    stopped = training(tmp_path / "stopped")
    for progress in stopped.run(save_every=0):
        if progress.step == 2:
            break
    resumed = training(tmp_path / "stopped")
    assert resumed.step == 2
    assert [progress.step for progress in resumed.run()] == [3, 4]
    for one, other in zip(
        whole.decoder.state_dict().values(), resumed.decoder.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)
    assert whole.curve == resumed.curve


def test_a_checkpoint_of_other_settings_is_refused(tmp_path: Path) -> None:
    list(training(tmp_path).run())
    with pytest.raises(ValueError, match="other settings"):
        training(tmp_path, steps=5)  # the checkpoint has cooled down


def test_a_training_can_be_made_longer_before_it_cools_down(tmp_path: Path) -> None:
    for progress in training(tmp_path / "resumed", steps=8).run(save_every=0):
        if progress.step == 3:
            break
    resumed = training(tmp_path / "resumed", steps=6)
    assert resumed.step == 3
    whole = training(tmp_path / "whole", steps=6)
    for one in (resumed, whole):
        list(one.run())
    for one, other in zip(
        whole.decoder.state_dict().values(), resumed.decoder.state_dict().values(), strict=True
    ):
        assert torch.equal(one, other)


def test_held_out_parents_are_not_trained_on() -> None:
    many = [e for n in range(300) for e in [examples()[0]] for e in [_renamed(e, n)]]
    made = make_part("many", 1.0, many)
    trained = {group[0].parent for group in made.groups}
    held_out = {group[0].parent for group in made.held_out}
    assert len(trained) + len(held_out) == 300
    assert 0 < len(held_out) < 20
    assert made.summary()["examples"] == len(trained)


def test_a_folder_of_files_is_one_part(tmp_path: Path) -> None:
    many = [_renamed(example, n) for n, example in enumerate(examples()[:6])]
    (tmp_path / "domain").mkdir()
    for name, some in (("2.parquet", many[4:]), ("1.parquet", many[:4])):
        write_examples(tmp_path / "domain" / name, some)
    read = read_part(tmp_path / "domain", 0.5)
    assert read.name == "domain"
    assert sorted(e.parent for g in read.groups + read.held_out for e in g) == sorted(
        e.parent for e in many
    )
    one = read_part(tmp_path / "domain" / "1.parquet", 0.5)
    assert len({read.digest, one.digest, ""}) == 3
    (tmp_path / "empty").mkdir()
    with pytest.raises(ExamplesError, match="no Parquet file"):
        read_part(tmp_path / "empty", 1.0)


def _renamed(example, number):  # type: ignore[no-untyped-def]
    from dataclasses import replace

    mark = f"# {number}\n"
    return replace(example, parent=mark + example.parent, child=mark + example.child)


def test_a_model_is_made_named_and_loaded(tmp_path: Path) -> None:
    folder = tmp_path / "small"
    list(make_tiny(folder))
    model = load_model(folder)
    assert model.manifest["name"] == "small"
    assert model.manifest["data"][0]["examples"] == len(examples())
    assert model.decoder.dtype is torch.float32
    assert not (folder / "training" / "checkpoint.pt").exists()
    card = (folder / "README.md").read_text()
    assert "tiny" in card
    found = find_model(str(folder))
    assert found.exact_name == f"{folder}@{model_hash(folder)}"
    assert find_model(found.exact_name).folder == folder
    with pytest.raises(UnknownModel, match="trained again"):
        find_model(f"{folder}@000000000000")
    with pytest.raises(UnknownModel, match="no diff model"):
        find_model("no-such-model")


def test_what_people_wrote_below_the_card_stays(tmp_path: Path) -> None:
    from evolution.language_model.card import write_card

    list(make_tiny(tmp_path / "small"))
    card = tmp_path / "small" / "README.md"
    card.write_text(card.read_text() + "\n## Limits\n")
    write_card(tmp_path / "small")
    assert card.read_text().count("## Limits") == 1


def test_fine_tuning_starts_from_its_parent_and_names_it(tmp_path: Path) -> None:
    list(make_tiny(tmp_path / "parent"))
    parent = find_model(str(tmp_path / "parent"))
    settings = SETTINGS.model_copy(update={"steps": 1, "learning_rate": 1e-9})
    list(make_model([part()], settings, tmp_path / "child", parent=parent))
    child = load_model(tmp_path / "child")
    assert child.manifest["parent"] == parent.exact_name
    before, after = load_model(parent.folder).decoder, child.decoder
    assert all(
        torch.allclose(a, b, atol=1e-3)
        for a, b in zip(before.parameters(), after.parameters(), strict=True)
    )


@pytest.mark.parametrize("name", ["config.json", "model.safetensors", "tokenizer.json"])
def test_missing_and_damaged_files_are_named(tmp_path: Path, name: str) -> None:
    list(make_tiny(tmp_path / "small", steps=1))
    (tmp_path / "small" / name).write_bytes(b"{broken")
    for read in (load_model, read_weights):
        with pytest.raises(ModelError, match="damaged"):
            read(tmp_path / "small")
    (tmp_path / "small" / name).unlink()
    for read in (load_model, read_weights):
        with pytest.raises(ModelError, match=r"lacks|damaged"):
            read(tmp_path / "small")


def test_weights_of_another_shape_are_refused(tmp_path: Path) -> None:
    list(make_tiny(tmp_path / "small", steps=1))
    config = json.loads((tmp_path / "small" / "config.json").read_text(encoding="utf-8"))
    for change in ({"intermediate_size": 7}, {"hidden_act": "relu"}, {"vocab_size": 9}):
        text = json.dumps(config | change)
        (tmp_path / "small" / "config.json").write_text(text, encoding="utf-8")
        with pytest.raises(ModelError, match="damaged"):
            read_weights(tmp_path / "small")


def test_weights_read_without_transformers_give_the_same_logits(tmp_path: Path) -> None:
    list(make_tiny(tmp_path / "small", steps=1))
    whole = load_model(tmp_path / "small")
    light, tokenizer = read_weights(tmp_path / "small")
    group = Group(tokenizer.program(["a = 1"]), [tokenizer.message("Change."), [5]])
    (expected,), (found,) = (
        Sampler(model, end=tokenizer.end).next_logits([group]) for model in (whole.decoder, light)
    )
    assert torch.equal(expected, found)


def test_muon_makes_matrices_orthogonal() -> None:
    torch.manual_seed(0)
    for shape in ((2, 16, 40), (2, 40, 16)):
        singular = torch.linalg.svdvals(orthogonal(torch.randn(shape)))
        assert singular.min() > 0.6
        assert singular.max() < 1.3
