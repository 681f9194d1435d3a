"""Options of ``evolve`` that say how children are made."""

from __future__ import annotations

import argparse
from typing import Any

from pydantic import ValidationError

from evolution.cli.errors import CommandError
from evolution.config import PAPER_MESSAGES, InstructConfig, RunConfig
from evolution.language_model.registry import UnknownModel, find_model
from evolution.operators.recommended import suited_to
from evolution.operators.registry import OPERATORS

_DEFAULTS = RunConfig(seed_program="")
_ABOUT = """\
syntax-tree: random edits of Python's syntax tree, as in genetic programming; fast and blind.
diff-model: a small language model that was trained on how people change code; it reads the
--message. instruct: any model behind an OpenAI-compatible endpoint (llama.cpp, vLLM, Ollama,
a paid one). mix: several of them; the children go to whoever currently earns new elites, and
the display shows their shares.
"""


def add_operator_options(command: argparse.ArgumentParser) -> None:
    options = command.add_argument_group("how children are made (decides the outcome)", _ABOUT)
    options.add_argument(
        "--operator",
        choices=[*OPERATORS, "mix"],
        help=f"(default: {_DEFAULTS.operator}; mix if --mix is given)",
    )
    options.add_argument(
        "--mix",
        nargs="+",
        choices=list(OPERATORS),
        metavar="NAME",
        help=f"the operators of the mix, two or more (default: {' '.join(_DEFAULTS.mix)})",
    )
    options.add_argument(
        "--model",
        metavar="NAME",
        help="diff-model's model: a registered name, a folder or a hub's name "
        "(default: the one that ships with the package)",
    )
    options.add_argument(
        "--message",
        action="append",
        nargs="+",
        metavar=("TEXT", "WEIGHT"),
        help="what a child is asked to change; may be given several times, each with how often "
        "it is drawn relative to the others, 1 if left out "
        f"(default: the paper's {len(PAPER_MESSAGES)} messages)",
    )
    options.add_argument(
        "--children-per-parent",
        type=int,
        metavar="N",
        help="children that a chosen parent gets in a row; language models are faster with more "
        + default_of("children_per_parent"),
    )
    options.add_argument(
        "--endpoint",
        metavar="URL",
        help="instruct's endpoint, such as http://localhost:8080/v1",
    )
    options.add_argument(
        "--endpoint-model", metavar="NAME", help="the model that instruct asks for there"
    )
    options.add_argument(
        "--endpoint-requests",
        type=int,
        metavar="N",
        help="answers that instruct may ask for in all "
        f"(default: {InstructConfig.model_fields['max_requests'].default:,})",
    )


def default_of(name: str) -> str:
    """What is taken if the option is left out, and what with other operators."""
    texts = [str(getattr(_DEFAULTS, name))]
    for operator in OPERATORS:
        value = suited_to([operator]).get(name)
        if value is not None:
            texts.append(f"with {operator} {value}")
    return f"(default: {'; '.join(texts)})"


def operator_fields(options: argparse.Namespace) -> dict[str, Any]:
    """The fields of RunConfig that the options give.

    Raises:
        CommandError: if they do not go together.
    """
    fields: dict[str, Any] = {}
    if options.operator or options.mix:
        fields["operator"] = options.operator or "mix"
    if options.mix:
        if fields["operator"] != "mix":
            raise CommandError("--mix belongs to --operator mix; leave one of them out.")
        fields["mix"] = tuple(options.mix)
    if options.model is not None:
        fields["model"] = exact_model(options.model)
    if options.message:
        fields["messages"] = tuple(_weighted(*message) for message in options.message)
    if options.children_per_parent is not None:
        fields["children_per_parent"] = options.children_per_parent
    endpoint = {
        "endpoint": options.endpoint,
        "model": options.endpoint_model,
        "max_requests": options.endpoint_requests,
    }
    if any(value is not None for value in endpoint.values()):
        fields["instruct"] = instruct_config(endpoint)
    return fields


def complete(fields: dict[str, Any]) -> None:
    """Name the model of a new run, refuse what its operators do not use, add what suits them.

    Raises:
        CommandError: if there is no model, or an option has no effect.
    """
    operator = fields.get("operator", _DEFAULTS.operator)
    members = fields.get("mix", _DEFAULTS.mix) if operator == "mix" else (operator,)
    if "diff-model" in members:
        if "model" not in fields:
            fields["model"] = exact_model("")
    elif "model" in fields:
        raise CommandError("--model belongs to the operator diff-model; add it or leave it out.")
    if "instruct" in members and "instruct" not in fields:
        raise CommandError("The operator instruct needs --endpoint and --endpoint-model.")
    if "instruct" in fields and "instruct" not in members:
        raise CommandError("--endpoint belongs to the operator instruct; add it or leave it out.")
    for name, value in suited_to(members).items():
        fields.setdefault(name, value)


def exact_model(name: str) -> str:
    """The name that means these weights and no others; a public model's stays as it is."""
    try:
        found = find_model(name)
        return found.exact_name if found.manifest else name
    except UnknownModel as error:
        if name and "@" not in name:
            return name  # the operator looks further, and says what is wrong
        raise CommandError(str(error)) from error


def _weighted(text: str, weight: str = "1", *more: str) -> tuple[str, float]:
    try:
        if more:
            raise ValueError
        return text, float(weight)
    except ValueError:
        raise CommandError(
            f"--message {text!r}: give a text, in quotes, and perhaps one number after it."
        ) from None


def instruct_config(given: dict[str, Any]) -> InstructConfig:
    if given["endpoint"] is None or given["model"] is None:
        raise CommandError("--endpoint and --endpoint-model belong together; give both.")
    try:
        return InstructConfig(**{name: value for name, value in given.items() if value is not None})
    except ValidationError as error:
        problem = error.errors()[0]
        option = {"model": "endpoint-model", "max_requests": "endpoint-requests"}
        name = str(problem["loc"][0])
        raise CommandError(f"--{option.get(name, name)}: {problem['msg']}") from error
