"""Runs one harness of the fault kit at length: `packaging/dev.py faults NAME` starts it.

    python -m tests.faults NAME [ARG ...]

NAME is a module beside this one with a `main(words) -> int`. Standard output is one JSON object
with the counts; the exit code is 0 when nothing was lost. The short form runs with the tests.
"""

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path


def main(words: Sequence[str]) -> int:
    """Run the harness that the first word names."""
    found = sorted(
        file.stem
        for file in Path(__file__).parent.glob("[a-z]*.py")
        if not file.stem.startswith("test_") and "\ndef main(" in file.read_text("utf-8")
    )
    if not words or words[0] not in found:
        sys.stderr.write(f"faults: name one of {', '.join(found) or 'nothing yet'}\n")
        return 2
    module = importlib.import_module(f"tests.faults.{words[0]}")
    code: int = module.main(words[1:])
    return code


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
