"""The child process: decodes one picture after the other, under the limits of the system.

It speaks in lines of JSON over its standard streams: `{"path", "longest"}` in, `{"width",
"height", "size"}` and `size` bytes of PNG out, or `{"error"}`. In place of a path, `{"size"}` and
so many bytes may come in; `{"pixels": true}` asks for pixels in place of PNG, with `"across"` and
`"down"`. It ends when its input does.
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

    from desktop_app.images.decode import Undecodable

    application = QCoreApplication([])
    out = sys.stdout.buffer
    while line := sys.stdin.buffer.readline():
        request = json.loads(line)
        data = sys.stdin.buffer.read(request["size"]) if "size" in request else None
        _limit_time()
        try:
            head, body = _decode(request, data)
        except (Undecodable, OSError, MemoryError) as error:
            head, body = {"error": str(error) or "out of memory"}, b""
        out.write(json.dumps(head).encode() + b"\n" + body)
        out.flush()
    del application
    return 0


def _decode(request: dict[str, object], data: bytes | None) -> tuple[dict[str, object], bytes]:
    from desktop_app.images.decode import decode, decode_pixels

    path, longest = Path(str(request.get("path", ""))), int(str(request["longest"]))
    if not request.get("pixels"):
        made = decode(path, longest)
        size = len(made.thumbnail)
        return {"width": made.width, "height": made.height, "size": size}, made.thumbnail
    pixels = decode_pixels(path.read_bytes() if data is None else data, longest)
    names = ("width", "height", "across", "down")
    head: dict[str, object] = {name: getattr(pixels, name) for name in names}
    return head | {"size": len(pixels.data)}, pixels.data


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        # macOS accepts the limit and does not keep it.
        resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))


def _limit_time() -> None:
    if sys.platform != "win32":
        import resource
        import time

        used = int(time.process_time()) + 1
        _, hard = resource.getrlimit(resource.RLIMIT_CPU)
        resource.setrlimit(resource.RLIMIT_CPU, (used + _CPU_SECONDS, hard))
