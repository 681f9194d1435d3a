"""From a bare Python to a running command: what `manage.py` does before Django exists.

`up` and `test` first make what they need (`.venv`, packages, the built front-end) and
then continue inside `.venv`. Any other command is Django's. Standard library only.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Sequence

from elmweb.launch.console import Trouble, prepare_output
from elmweb.launch.environment import Environment
from elmweb.launch.frontend import Frontend, system_node, wheel_node
from elmweb.launch.options import ROOT, UpOptions, parse_test, parse_up

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "elmweb.settings")


def main() -> None:
    """Run the command on the command line; a trouble is one sentence and exit code 1."""
    prepare_output()
    command, arguments = (sys.argv[1], sys.argv[2:]) if len(sys.argv) > 1 else ("help", [])
    try:
        if command == "up":
            up(arguments)
        elif command == "test":
            test(arguments)
        else:
            django()
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        sys.exit(130)


def up(arguments: Sequence[str]) -> None:
    """Start everything; the cheap checks come before minutes of installing."""
    options = parse_up(arguments)
    check_up(options)
    prepare("web", "model")
    from elmweb.launch.up import run

    run(options)


def check_up(options: UpOptions) -> None:
    from elmweb.launch.checks import check_data_dir, check_port

    check_port(options.host, options.port)
    check_data_dir(options.data_dir)


def test(arguments: Sequence[str]) -> None:
    """Run all checks and tests, or only pytest with what was given."""
    options = parse_test(arguments)
    prepare("web", "model", "training", "test")
    from elmweb.launch.testing import run

    sys.exit(run(options))


def django() -> None:
    """Any of Django's own commands."""
    if importlib.util.find_spec("django") is None:
        environment = Environment(ROOT)
        environment.prepare({"web"})
        if environment.is_running():
            raise Trouble("Django is missing from .venv: delete the directory .venv, start again.")
        environment.enter(sys.argv)
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


def prepare(*extras: str) -> None:
    """Make `.venv` and the front-end ready and continue inside `.venv`."""
    environment = Environment(ROOT)
    node = system_node()
    environment.prepare({*extras} if node else {*extras, "frontend"})
    Frontend(ROOT, node or wheel_node(environment.directory)).build()
    if not environment.is_running():
        environment.enter(sys.argv)
