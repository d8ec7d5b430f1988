"""The sample streams and bodies in `tests/data`, and pieces of bytes."""

import json
from pathlib import Path
from typing import cast

from desktop_app.interactions.jsonvalue import JsonObject

DATA = Path(__file__).parent / "data"
STREAMS = sorted(path.stem for path in (DATA / "streams").glob("*.sse"))
REQUESTS = sorted(path.stem for path in (DATA / "requests").glob("*.json"))
VALID_REQUESTS = [name for name in REQUESTS if not name.startswith("x")]
INVALID_REQUESTS = [name for name in REQUESTS if name.startswith("x")]


def stream_bytes(name: str) -> bytes:
    return (DATA / "streams" / f"{name}.sse").read_bytes()


def stream_expected(name: str) -> JsonObject:
    text = (DATA / "streams" / f"{name}.expected.json").read_text("utf-8")
    return cast("JsonObject", json.loads(text))


def request_body(name: str) -> JsonObject:
    text = (DATA / "requests" / f"{name}.json").read_text("utf-8")
    data = cast("JsonObject", json.loads(text))
    return cast("JsonObject", data.get("body", data))


def pieces(data: bytes, size: int) -> list[bytes]:
    return [data[at : at + size] for at in range(0, len(data), size)]
