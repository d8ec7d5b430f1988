"""Whether a server's address looks like Google's and is not; any level may import it.

A key that is entered for such a server goes to whoever has it, so the person is asked first
(reliability, section 1.2). Addresses that no key may be sent to at all are `origin`'s matter.
"""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import Final

from desktop_app.origin import Origin

_GOOGLES: Final = ("googleapis.com", "google.com")
_NAMES: Final = ("google", "googleapis", "generativelanguage")
_CODED: Final = "xn--"

# What is taken for another letter at a glance; hosts are ASCII.
_GLANCE: Final = str.maketrans("013456789i", "oleasgtbgl")
_PAIRS: Final = (("rn", "m"), ("vv", "w"), ("cl", "d"))


def doubt_of(origin: Origin) -> str:
    """Say in one sentence why a server may not be the one that was meant; "" where nothing does."""
    host = origin.host
    if origin.is_loopback or origin.is_google:
        return ""
    if host.endswith("."):
        return "The address ends in a dot, as the usual one does not."
    if _CODED in host:
        return "The address has letters of other scripts, which may look like the usual ones."
    if any(host == one or host.endswith(f".{one}") for one in _GOOGLES):
        return ""
    if any(_is_near(word, name) for word in _words(host) for name in _NAMES):
        return "The address looks like Google’s, and is not."
    return ""


def _words(host: str) -> Iterator[str]:
    """What is read in a host: each part of it, and two that stand beside each other as one."""
    parts = [_glance(part) for part in re.split(r"[.\-_]", host) if part]
    yield from parts
    for left, right in pairwise(parts):
        yield left + right


def _glance(word: str) -> str:
    """A word as it looks at a glance."""
    seen = word.translate(_GLANCE)
    for two, one in _PAIRS:
        seen = seen.replace(two, one)
    return seen


def _is_near(word: str, name: str) -> bool:
    name = _glance(name)
    return name in word or _distance(word, name) <= (1 if len(name) < 8 else 2)


def _distance(one: str, other: str) -> int:
    """How many letters are missing, added, changed, or have changed places."""
    if abs(len(one) - len(other)) > 2:
        return 3
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, 1):
        earlier, before, row = before, row, [i]
        for j, b in enumerate(other, 1):
            cost = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (a != b))
            if i > 1 and j > 1 and a == other[j - 2] and b == one[i - 2]:
                cost = min(cost, earlier[j - 2] + 1)
            row.append(cost)
    return row[-1]
