"""Any causal language model by its hub name or folder, as transformers loads and samples it.

For the public diff models (CarperAI's diff-codegen) and whatever else writes their
format (`evolution.diffs.public_format`). The plain `generate` is used: these models have
350 million parameters and more, and no shortcut of ours fits all architectures.

No code of a model's repository is run. Weights are read from safetensors where there
are any; the public diff models have only ``pytorch_model.bin``, which torch reads with
``weights_only``, building tensors and nothing else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from httpx import HTTPError
from huggingface_hub import snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    GenerationConfig,
    StoppingCriteria,
    StoppingCriteriaList,
)
from transformers.utils import logging

from evolution.diffs.public_format import NAME
from evolution.types import Failure, Stage

DEFAULT_CONTEXT = 2_048  # tokens, for models whose config does not say
_SMALL_FILES = ["*.json", "*.txt", "*.model"]
_SAFE_WEIGHTS, _OTHER_WEIGHTS = ("*.safetensors",), ("pytorch_model*.bin",)
_TOKENIZERS = ("tokenizer.json", "tokenizer.model", "vocab.json", "vocab.txt", "spiece.model")
_HUB_NAME = re.compile(r"\w[\w.-]*(?:/[\w.-]+)?")
_TAIL = 12  # tokens in which a new tag is looked for


@dataclass(frozen=True, slots=True)
class Completion:
    """What a model wrote after a prompt.

    Attributes:
        finished: False if it was stopped by the limit of new tokens.
    """

    text: str
    finished: bool


class PublicModel:
    """A loaded model.

    Attributes:
        name: what it was asked for by.
        folder: where its files are; for the hub's models it ends with the commit's hash.
        context: tokens that prompt and answer may have together.
    """

    def __init__(self, name: str, folder: Path, model: Any, tokenizer: Any) -> None:
        self.name, self.folder = name, folder
        self._model, self._tokenizer = model, tokenizer
        sizes = (getattr(model.config, name, None) for name in ("max_position_embeddings", "n_ctx"))
        self.context = next((size for size in sizes if isinstance(size, int)), DEFAULT_CONTEXT)
        ends = model.generation_config.eos_token_id
        ends = ends if isinstance(ends, list) else [ends]
        self._ends = {end for end in (*ends, tokenizer.eos_token_id) if end is not None}
        # Padding is masked; any token will do for models that have none of their own.
        pad = tokenizer.pad_token_id
        self._pad = pad if pad is not None else min(self._ends, default=0)

    def count(self, text: str) -> int:
        """Tokens of ``text`` as a prompt."""
        return len(self._tokens(text))

    def complete(
        self,
        prompts: Sequence[str],
        *,
        seed: int,
        max_new_tokens: int,
        temperature: float,
        top_p: float,
    ) -> list[Completion] | Failure:
        """Sample one completion for each prompt, as one batch; greedy at temperature 0.

        The same arguments give the same completions; torch's own generator is left alone.
        Failures have stage OPERATOR and one of the codes ``out-of-memory`` and
        ``sampling-failed``.
        """
        rows = [self._tokens(prompt) for prompt in prompts]
        length = max(len(row) for row in rows)
        padded = [[self._pad] * (length - len(row)) + row for row in rows]
        mask = [[0] * (length - len(row)) + [1] * len(row) for row in rows]
        sampling = {"do_sample": True, "temperature": temperature, "top_p": top_p, "top_k": 0}
        config_class: Any = GenerationConfig
        config = config_class(
            max_new_tokens=max_new_tokens,
            eos_token_id=sorted(self._ends) or None,
            pad_token_id=self._pad,
            **(sampling if temperature > 0 else {"do_sample": False}),
        )
        try:
            output = self._generate(padded, mask, seed, config)
        except torch.OutOfMemoryError:
            reason = f"{len(rows)} prompts of {self.name} do not fit into memory; lower batch_size."
            return _failure("out-of-memory", reason)
        except RuntimeError as error:  # weights that are not numbers
            reason = f"The model {self.name} cannot be sampled ({_line(error)}); fetch it anew."
            return _failure("sampling-failed", reason)
        return [self._completion(row) for row in output[:, length:].tolist()]

    def _generate(
        self, rows: list[list[int]], mask: list[list[int]], seed: int, config: Any
    ) -> torch.Tensor:
        device = self._model.device
        devices = [device] if device.type == "cuda" else []
        stop = _AtNextFile(self._tokenizer, len(rows[0]))
        with torch.random.fork_rng(devices=devices), torch.inference_mode():
            torch.manual_seed(seed)
            output: torch.Tensor = self._model.generate(
                input_ids=torch.tensor(rows, device=device),
                attention_mask=torch.tensor(mask, device=device),
                generation_config=config,
                stopping_criteria=StoppingCriteriaList([stop]),
            )
        return output

    def _completion(self, tokens: list[int]) -> Completion:
        end = next((at for at, token in enumerate(tokens) if token in self._ends), None)
        text = self._tokenizer.decode(tokens[:end], clean_up_tokenization_spaces=False)
        return Completion(text, finished=end is not None or NAME in text)

    def _tokens(self, text: str) -> list[int]:
        return list(self._tokenizer(text, verbose=False)["input_ids"])


class _AtNextFile(StoppingCriteria):
    """Stops a row when the model begins with another file, as models without an end do."""

    def __init__(self, tokenizer: Any, prompt: int) -> None:
        self._tokenizer, self._prompt = tokenizer, prompt

    def __call__(self, input_ids: Any, scores: Any, **kwargs: Any) -> Any:
        start = max(self._prompt, input_ids.shape[1] - _TAIL)
        tails = self._tokenizer.batch_decode(input_ids[:, start:])
        return torch.tensor([NAME in tail for tail in tails], device=input_ids.device)


def load_public_model(
    name: str,
    *,
    device: str | None = None,
    endpoint: str | None = None,
    cache: Path | None = None,
) -> PublicModel | Failure:
    """A model by a folder's path or a hub's name; ``name@revision`` names one exactly.

    Args:
        device: torch's name of one; by default the GPU, if there is one.
        endpoint: address of the hub, or of a mirror; the usual one by default.
        cache: where downloaded models are kept; the hub's usual folder by default.

    Failures have stage OPERATOR and one of the codes ``model-folder-missing``,
    ``model-files-missing``, ``model-files-corrupt``, ``model-not-on-hub`` and
    ``hub-unreachable``.
    """
    folder = Path(name).expanduser()
    if not folder.is_dir():
        if not _HUB_NAME.fullmatch(name.partition("@")[0]):
            reason = f"There is no model folder {name}; correct the path."
            return _failure("model-folder-missing", reason)
        downloaded = _download(name, endpoint, cache)
        if isinstance(downloaded, Failure):
            return downloaded
        folder = downloaded
    missing = _missing_files(folder)
    if missing:
        reason = f"The model {name} lacks {' and '.join(missing)}; fetch it anew."
        return _failure("model-files-missing", reason)
    return _load(name, folder, device or ("cuda" if torch.cuda.is_available() else "cpu"))


def _download(name: str, endpoint: str | None, cache: Path | None) -> Path | Failure:
    """The folder of a hub's model; what lies in the cache is used where the hub is silent."""
    repository, _, revision = name.partition("@")

    def fetch(patterns: Sequence[str]) -> Path:
        return Path(
            snapshot_download(
                repository,
                revision=revision or None,
                endpoint=endpoint,
                cache_dir=cache,
                allow_patterns=[*_SMALL_FILES, *patterns],
            )
        )

    try:
        folder = fetch(_SAFE_WEIGHTS)
        return folder if _any(folder, _SAFE_WEIGHTS) else fetch(_OTHER_WEIGHTS)
    except (RepositoryNotFoundError, RevisionNotFoundError, GatedRepoError, HFValidationError):
        reason = f"The hub has no model {name} that anybody may read; correct its name."
        return _failure("model-not-on-hub", reason)
    except (HfHubHTTPError, HTTPError, OSError) as error:
        reason = (
            f"The model {name} is neither a folder nor in the cache, and the hub cannot be "
            f"reached ({type(error).__name__}); name a folder or connect this machine."
        )
        return _failure("hub-unreachable", reason)


def _missing_files(folder: Path) -> list[str]:
    missing = [] if (folder / "config.json").is_file() else ["config.json"]
    if not _any(folder, (*_SAFE_WEIGHTS, *_OTHER_WEIGHTS)):
        missing.append("weights (model.safetensors)")
    if not _any(folder, _TOKENIZERS):
        missing.append("a tokenizer (tokenizer.json)")
    return missing


def _any(folder: Path, patterns: Sequence[str]) -> bool:
    return any(file.is_file() for pattern in patterns for file in folder.glob(pattern))


def _load(name: str, folder: Path, device: str) -> PublicModel | Failure:
    try:
        with _no_progress_bar():  # it would run through a search's own display
            tokenizer = AutoTokenizer.from_pretrained(
                folder, local_files_only=True, trust_remote_code=False
            )
            loaded: Any = AutoModelForCausalLM.from_pretrained(
                folder,
                local_files_only=True,
                trust_remote_code=False,
                weights_only=True,
                dtype=torch.float32 if device == "cpu" else torch.bfloat16,
                output_loading_info=True,
            )
    # A damaged file meets all of transformers, tokenizers, safetensors and torch, each with
    # errors of its own, tokenizers with plain Exception.
    except Exception as error:  # noqa: BLE001
        reason = f"The model {name} cannot be read ({_line(error)}); fetch it anew."
        return _failure("model-files-corrupt", reason)
    model, report = loaded
    lost = [*report["missing_keys"], *report["mismatched_keys"]]
    if lost:  # transformers would go on with random numbers
        reason = f"The model {name} has no fitting weights for {lost[0]} and {len(lost) - 1} more."
        return _failure("model-files-corrupt", reason)
    if len(tokenizer) > model.get_input_embeddings().num_embeddings:
        reason = f"The tokenizer of {name} has more tokens than its model: they are of two models."
        return _failure("model-files-corrupt", reason)
    return PublicModel(name, folder, model.to(device).eval(), tokenizer)


@contextmanager
def _no_progress_bar() -> Iterator[None]:
    library: Any = logging
    shown = library.is_progress_bar_enabled()
    library.disable_progress_bar()
    try:
        yield
    finally:
        if shown:
            library.enable_progress_bar()


def _line(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:200].rstrip(".")


def _failure(code: str, reason: str) -> Failure:
    return Failure(Stage.OPERATOR, code, reason)
