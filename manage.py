#!/usr/bin/env python3
"""The one command of this project: `up`, `test`, or any Django command.

This file must parse on every Python, so that an old one can be told so.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036 - people do start it with an old Python
    sys.exit(
        "Python 3.11 or newer is needed and this is Python %d.%d: start it with a newer one, "  # noqa: UP031
        "for example `python3.11 manage.py up`." % sys.version_info[:2]
    )

if sys.platform == "win32":
    sys.exit("Linux or macOS is needed: on Windows, use the Windows Subsystem for Linux.")

from elmweb.launch.bootstrap import main

if __name__ == "__main__":
    main()
