"""Looks for a key everywhere that a program may leave it: files, arguments, environments."""

import base64
import json
import os
from pathlib import Path
from urllib.parse import quote, quote_plus


def forms(key: str) -> list[bytes]:
    """A key as it may be written: as it is, as base64 anywhere in a longer text, in an address."""
    raw = key.encode()
    texts = {
        key,
        quote(key, safe=""),
        quote(key),
        quote_plus(key),
        json.dumps(key)[1:-1],
        raw.hex(),
        raw.hex().upper(),
    }
    texts |= {"".join(f"%{byte:02{x}}" for byte in raw) for x in "xX"}
    for before in range(3):
        coded = base64.b64encode(b"\0" * before + raw)
        # The first and the last letters also hold bits of what stands before and after.
        inner = coded[(before * 8 + 5) // 6 : len(raw) * 8 // 6 - 1].decode()
        texts |= {inner, inner.replace("+", "-").replace("/", "_")}
    found = [text.encode() for text in texts]
    return found + [text.encode(coding) for text in texts for coding in ("utf-16-le", "utf-16-be")]


def shows(data: bytes, key: str) -> bool:
    return any(form in data for form in forms(key))


def holders(folder: Path, key: str) -> list[Path]:
    """The files below a folder that hold a key, or have it in their name."""
    found: list[Path] = []
    wanted = forms(key)
    for file in folder.rglob("*"):
        data = os.fsencode(file)
        if file.is_file() and not file.is_symlink():
            data += file.read_bytes()
        if any(form in data for form in wanted):
            found.append(file)
    return found


def family(pid: int) -> dict[int, bytes]:
    """A process and all that descend from it: what anybody may read of each in /proc."""
    parents = {int(folder.name): _parent(folder) for folder in Path("/proc").glob("[0-9]*")}
    members = {pid}
    while more := {one for one, parent in parents.items() if parent in members} - members:
        members |= more
    return {one: _read(one, "cmdline") + b"\0" + _read(one, "environ") for one in members}


def _parent(folder: Path) -> int:
    # The name in the middle may hold anything, so count from its end.
    words = _read(int(folder.name), "stat").rpartition(b")")[2].split()
    return int(words[1]) if words else 0


def _read(pid: int, name: str) -> bytes:
    try:
        return Path(f"/proc/{pid}/{name}").read_bytes()
    except OSError:
        return b""  # it has just ended
