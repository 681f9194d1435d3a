"""Loading causal models by folder and from a hub, and everything that can be wrong with them."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import torch

from evolution.language_model.public_models import Completion, PublicModel, load_public_model
from evolution.types import Failure, Stage
from tests.evolution.language_model.tiny_public_model import (
    codegen,
    gpt2,
    save_model,
    tokenizer_for,
)

TEXT = "<NME> walker.py\n<BEF> x = 1\n\n<MSG> Change it.\n<DFF> @@ -1 +1 @@\n-x = 1\n+x = 2\n"
COMMIT = "0123456789abcdef" * 2 + "01234567"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    tokenizer = tokenizer_for([TEXT])
    return save_model(tmp_path_factory.mktemp("m") / "sound", gpt2(len(tokenizer), 64), tokenizer)


@pytest.fixture
def folder(sound: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(sound, tmp_path / "model"))


def loaded(name: str | Path, **where: Any) -> PublicModel:
    model = load_public_model(str(name), device="cpu", **where)
    assert isinstance(model, PublicModel), model
    return model


def refused(name: str | Path, code: str, **where: Any) -> Failure:
    failure = load_public_model(str(name), device="cpu", **where)
    assert isinstance(failure, Failure), failure
    assert (failure.stage, failure.code) == (Stage.OPERATOR, code), failure
    assert failure.reason.endswith(".")
    assert str(name) in failure.reason
    return failure


def sample(model: PublicModel, prompts: list[str], **settings: Any) -> list[Completion]:
    defaults = {"seed": 0, "max_new_tokens": 8, "temperature": 1.0, "top_p": 1.0}
    completions = model.complete(prompts, **defaults | settings)
    assert isinstance(completions, list)
    return completions


def test_a_model_counts_and_completes(sound: Path) -> None:
    model = loaded(sound)
    assert model.context == 64
    assert model.count("") == 0
    assert 0 < model.count("x = 1\n") < 7
    first = sample(model, ["x", TEXT[:40]])
    assert len(first) == 2
    assert sample(model, ["x", TEXT[:40]]) == first
    assert sample(model, ["x", TEXT[:40]], seed=1) != first


def test_sampling_leaves_torchs_generator_alone(sound: Path) -> None:
    model = loaded(sound)
    torch.manual_seed(5)
    state = torch.get_rng_state()
    sample(model, ["x"])
    assert torch.equal(torch.get_rng_state(), state)


def test_padding_changes_nothing(sound: Path) -> None:
    model = loaded(sound)
    alone = sample(model, ["x = 1"], temperature=0)
    beside, _ = sample(model, ["x = 1", TEXT[:60]], temperature=0)
    assert [beside] == alone


def test_the_architecture_of_diff_codegen_with_its_kind_of_weights(tmp_path: Path) -> None:
    tokenizer = tokenizer_for([TEXT])
    folder = save_model(tmp_path / "codegen", codegen(len(tokenizer), 64), tokenizer)
    expected = sample(loaded(folder), ["x = 1"], temperature=0)
    weights = loaded(folder)._model.state_dict()
    (folder / "model.safetensors").unlink()
    torch.save(weights, folder / "pytorch_model.bin")
    beside, _ = sample(loaded(folder), ["x = 1", TEXT[:60]], temperature=0)
    assert [beside] == expected


def test_weights_that_would_run_code_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "model.safetensors").unlink()
    trace = tmp_path / "trace"
    torch.save({"transformer.wte.weight": _Runs(trace)}, folder / "pytorch_model.bin")
    refused(folder, "model-files-corrupt")
    assert not trace.exists()


class _Runs:
    """What an attacker puts into weights: unpickling it makes a folder."""

    def __init__(self, trace: Path) -> None:
        self.trace = trace

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[str]]:
        return os.mkdir, (str(self.trace),)


def test_a_repositorys_own_code_is_not_run(folder: Path) -> None:
    config = json.loads((folder / "config.json").read_text())
    config |= {"model_type": "own", "auto_map": {"AutoConfig": "own.Own"}}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "own.py").write_text("raise SystemExit('ran')\n")
    refused(folder, "model-files-corrupt")


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    for name in (tmp_path / "none", "./none", "a/b/c", "~/none/none"):
        refused(name, "model-folder-missing")


@pytest.mark.parametrize(
    ("lost", "said"),
    [
        ("config.json", "config.json"),
        ("model.safetensors", "weights"),
        ("tokenizer.json", "tokenizer"),
    ],
)
def test_missing_files_are_named(folder: Path, lost: str, said: str) -> None:
    (folder / lost).unlink()
    assert said in refused(folder, "model-files-missing").reason


@pytest.mark.parametrize("file", ["config.json", "model.safetensors", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["empty", "cut", "garbage", "other JSON", "a list"])
def test_damaged_files_are_refused(folder: Path, file: str, damage: str) -> None:
    whole = (folder / file).read_bytes()
    (folder / file).write_bytes(
        {
            "empty": b"",
            "cut": whole[: len(whole) // 2],
            "garbage": bytes(range(256)),
            "other JSON": b'{"model_type": "gpt2", "n_head": "many"}',
            "a list": b"[]",
        }[damage]
    )
    refused(folder, "model-files-corrupt")


def test_a_model_without_all_its_weights_is_refused(folder: Path) -> None:
    # transformers alone would fill the gap with random numbers
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps(config | {"n_layer": 2}))
    assert "h.1" in refused(folder, "model-files-corrupt").reason


def test_files_of_two_models_are_refused(folder: Path) -> None:
    config = gpt2(50, 64)
    save_model(folder, config, tokenizer_for([TEXT]))
    assert "two models" in refused(folder, "model-files-corrupt").reason


def test_weights_that_are_no_numbers_are_told_when_sampled(folder: Path) -> None:
    model = loaded(folder)
    with torch.no_grad():
        model._model.transformer.wte.weight.fill_(float("nan"))
    failure = model.complete(["x"], seed=0, max_new_tokens=4, temperature=1.0, top_p=1.0)
    assert isinstance(failure, Failure)
    assert failure.code == "sampling-failed"


# --- the hub


@contextmanager
def hub(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A hub with one model, some/tiny; yields its address and what it was asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            asked.append(path)
            if path.startswith("/api/models/some/tiny/tree/"):
                self.send([_entry(file) for file in folder.iterdir()])
            elif path.startswith("/api/models/some/tiny/revision/"):
                files = [{"rfilename": file.name} for file in folder.iterdir()]
                self.send({"id": "some/tiny", "sha": COMMIT, "siblings": files})
            elif path.startswith(f"/some/tiny/resolve/{COMMIT}/"):
                body = (folder / Path(path).name).read_bytes()
                self.send(body, {"X-Repo-Commit": COMMIT, "ETag": f'"{_digest(body)}"'})
            else:
                self.send({}, {"X-Error-Code": "RepoNotFound"}, status=404)

        do_HEAD = do_GET

        def send(self, body: Any, headers: dict[str, str] | None = None, status: int = 200) -> None:
            text = body if isinstance(body, bytes) else json.dumps(body).encode()
            self.send_response(status)
            for name, value in {"Content-Length": str(len(text)), **(headers or {})}.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command == "GET":
                self.wfile.write(text)

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _entry(file: Path) -> dict[str, Any]:
    body = file.read_bytes()
    return {"type": "file", "path": file.name, "size": len(body), "oid": _digest(body)}


def _digest(body: bytes) -> str:
    return hashlib.sha1(body, usedforsecurity=False).hexdigest()


@pytest.mark.parametrize("weights", ["model.safetensors", "pytorch_model.bin"])
def test_a_model_comes_from_the_hub_and_stays_without_it(
    folder: Path, tmp_path: Path, weights: str
) -> None:
    state = loaded(folder)._model.state_dict()
    torch.save(state, folder / "pytorch_model.bin")
    if weights == "pytorch_model.bin":
        (folder / "model.safetensors").unlink()
    (folder / "training_data.parquet").write_bytes(b"large")
    cache = tmp_path / "cache"
    with hub(folder) as (address, asked):
        model = loaded("some/tiny", endpoint=address, cache=cache)
        refused("some/none", "model-not-on-hub", endpoint=address, cache=cache)
    assert model.folder.name == COMMIT  # names these weights and no others
    fetched = {Path(path).name for path in asked if "/resolve/" in path}
    assert fetched >= {"config.json", "tokenizer.json", weights}
    assert len(fetched & {"model.safetensors", "pytorch_model.bin"}) == 1
    assert "training_data.parquet" not in fetched
    # the server is gone: the cache serves, by name or exact name
    again = loaded(f"some/tiny@{COMMIT}", endpoint=address, cache=cache)
    assert sample(again, ["x"]) == sample(model, ["x"])
    assert sample(loaded("some/tiny", endpoint=address, cache=cache), ["x"]) == sample(model, ["x"])


def test_a_hub_that_cannot_be_reached(tmp_path: Path) -> None:
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        address = f"http://127.0.0.1:{taken.getsockname()[1]}"
        refused("some/tiny", "hub-unreachable", endpoint=address, cache=tmp_path)


def test_operators_do_not_load_torch_before_they_need_it() -> None:
    code = "import sys, evolution.operators.causal_model as m; m.CausalModelOperator('x'); " + (
        "sys.exit('torch' in sys.modules or 'transformers' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
