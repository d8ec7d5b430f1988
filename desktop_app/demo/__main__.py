"""`python -m desktop_app.demo`: the arguments of the demo server."""

import argparse
import math
import sys
from collections.abc import Sequence


def main(argv: Sequence[str] | None = None) -> int:
    """Serve; 0 when it was ended, 1 where the port is not free.

    `argv` are the arguments without the program's name, by default those of the process.
    """
    parser = argparse.ArgumentParser(
        prog="python -m desktop_app.demo",
        description="An offline Interactions server for trying out Castor, on 127.0.0.1 only.",
        epilog="It takes any key. Models that misbehave on purpose (demo-error-429, demo-cut, "
        "demo-slow and others) are described in desktop_app/demo/faults.py.",
    )
    parser.add_argument("--port", type=_port, default=0, help="0 chooses a free one (default)")
    parser.add_argument(
        "--tokens-per-second",
        type=_pace,
        default=60.0,
        metavar="N",
        help="pace of the answers; 0 is as fast as possible (default 60)",
    )
    parser.add_argument("--seed", type=int, help="makes ids and answers the same at every start")
    arguments = parser.parse_args(argv)

    from desktop_app.demo.server import serve

    try:
        serve(arguments.port, arguments.seed, arguments.tokens_per_second)
    except OSError as error:
        sys.stderr.write(f"The demo server could not start: {error.strerror or error}\n")
        return 1
    return 0


def _port(text: str) -> int:
    port = int(text)
    if not 0 <= port <= 65_535:
        raise ValueError(text)
    return port


def _pace(text: str) -> float:
    pace = float(text)
    if not math.isfinite(pace) or pace < 0:
        raise ValueError(text)
    return pace


if __name__ == "__main__":
    sys.exit(main())
