"""What the loop's thread was doing in the longest gap, by looking at it now and then."""

import signal
from collections import Counter
from types import FrameType
from typing import Final

EVERY_SECONDS: Final = 0.002
_LINES: Final = 15
_OURS: Final = "desktop_app."


class Sampler:
    """Looks at the main thread every 2 ms of its processor time, from `start` to `stop`.

    That takes a little of its time: what is measured is measured without it. It looks by a signal:
    reading the frames of another thread can take CPython 3.11 down.
    """

    def __init__(self) -> None:
        self._seen: list[tuple[str, ...]] = []
        self._kept: list[tuple[str, ...]] = []

    def start(self) -> None:
        """Begin to look."""
        signal.signal(signal.SIGPROF, self._look)
        signal.setitimer(signal.ITIMER_PROF, EVERY_SECONDS, EVERY_SECONDS)

    def stop(self) -> None:
        """Look no more."""
        signal.setitimer(signal.ITIMER_PROF, 0)

    def begin(self, *, keep: bool) -> None:
        """A gap is over and the next begins; `keep` what was seen in it, and nothing else."""
        seen, self._seen = self._seen, []
        if keep:
            self._kept = seen

    def profile(self) -> list[dict[str, object]]:
        """The functions that were seen in most of it, with their share of it, inner calls too; of
        those that call one another all the time only the innermost.
        """
        found = Counter(name for stack in self._kept for name in set(stack))
        depth = {name: len(stack) - at for stack in self._kept for at, name in enumerate(stack)}
        innermost: dict[int, str] = {}
        for name, count in found.items():
            if count not in innermost or depth[name] > depth[innermost[count]]:
                innermost[count] = name
        total = max(1, len(self._kept))
        return [
            {"function": innermost[count], "share": round(count / total, 2)}
            for count in sorted(innermost, reverse=True)[:_LINES]
        ]

    def _look(self, _number: int, frame: FrameType | None) -> None:
        self._seen.append(_names(frame))


def _names(frame: FrameType | None) -> tuple[str, ...]:
    """The functions of ours, and the innermost one whose ever it is."""
    names: list[str] = []
    while frame is not None:
        name = f"{frame.f_globals.get('__name__', '?')}.{frame.f_code.co_qualname}"
        if not names or name.startswith(_OURS):
            names.append(name)
        frame = frame.f_back
    return tuple(names)
