"""``python -m evolution``: see `evolution.cli`."""

import sys

from evolution.cli import main

if __name__ == "__main__":
    sys.exit(main())
