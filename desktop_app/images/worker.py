"""The child process: decodes one picture after the other, under the limits of the system.

It speaks in lines of JSON over its standard streams: `{"path", "longest"}` in, `{"width",
"height", "size"}` and `size` bytes of PNG out, or `{"error"}`. It ends when its input does.
"""

import json
import sys
from pathlib import Path
from typing import Final

ARGUMENT: Final = "--decode-images"
_MEMORY: Final = 1 << 30
_CPU_SECONDS: Final = 10


def main() -> int:
    """Serve until the input ends."""
    _limit_memory()
    from PySide6.QtCore import QCoreApplication

    from desktop_app.images.decode import Undecodable, decode

    application = QCoreApplication([])
    out = sys.stdout.buffer
    for line in sys.stdin.buffer:
        request = json.loads(line)
        _limit_time()
        try:
            decoded = decode(Path(request["path"]), request["longest"])
        except (Undecodable, OSError, MemoryError) as error:
            out.write(json.dumps({"error": str(error) or "out of memory"}).encode() + b"\n")
        else:
            head = {
                "width": decoded.width,
                "height": decoded.height,
                "size": len(decoded.thumbnail),
            }
            out.write(json.dumps(head).encode() + b"\n" + decoded.thumbnail)
        out.flush()
    del application
    return 0


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        # macOS accepts the limit and does not keep it.
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _limit_time() -> None:
    if sys.platform != "win32":
        import resource
        import time

        used = int(time.process_time()) + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (used + _CPU_SECONDS, hard))
