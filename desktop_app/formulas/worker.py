"""The child process: sets one formula after the other, under the limits of the system.

It speaks in lines of JSON over its standard streams. It says `{}` when it is ready. For each
`{"source", "display"}` it answers `{"picture", "outlines"}`, with the outlines that no answer
before it had, or `{"error"}` for a formula that it cannot set. It ends when its input does.
"""

import json
import logging
import sys
from typing import TYPE_CHECKING, Final

from desktop_app.formulas.picture import encode

if TYPE_CHECKING:
    from desktop_app.formulas.setting import Setter

ARGUMENT: Final = "--render-formulas"
_MEMORY: Final = 512 << 20


def main() -> int:
    """Serve until the input ends."""
    _limit_memory()
    logging.disable()  # the libraries would quote the formula
    from desktop_app.formulas.setting import Setter

    setter = Setter()
    _say({})
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _say(answer(setter, request["source"], display=request["display"]))
    return 0


def answer(setter: "Setter", source: str, *, display: bool) -> dict[str, object]:
    """Set a formula, or say that it cannot be."""
    try:
        picture, outlines = setter.set(source, display=display)
    except Exception as error:  # noqa: BLE001 - whatever the libraries stumble over ends the formula only
        return {"error": type(error).__name__}
    return {"picture": encode(picture), "outlines": outlines}


def _say(value: dict[str, object]) -> None:
    sys.stdout.buffer.write(json.dumps(value, separators=(",", ":")).encode() + b"\n")
    sys.stdout.buffer.flush()


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        # macOS accepts the limit and does not keep it.
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
