"""Streams as a test writes them: one event a line, and what a server tells of a whole turn."""

import json

from desktop_app.interactions.jsonvalue import JsonObject


def record(event: JsonObject, event_id: str | None = None) -> bytes:
    """One event as it goes over the wire."""
    data = event if event_id is None else event | {"event_id": event_id}
    return b"data: " + json.dumps(data).encode() + b"\n\n"


def created(interaction_id: str, status: str = "in_progress") -> JsonObject:
    return {
        "event_type": "interaction.created",
        "interaction": {"id": interaction_id, "status": status},
    }


def started(kind: str = "model_output", index: int = 0, **fields: object) -> JsonObject:
    step: JsonObject = {"type": kind, **fields}  # type: ignore[dict-item]
    return {"event_type": "step.start", "index": index, "step": step}


def text(words: str, index: int = 0) -> JsonObject:
    return {
        "event_type": "step.delta",
        "index": index,
        "delta": {"type": "text", "text": words},
    }


def stopped(index: int = 0) -> JsonObject:
    return {"event_type": "step.stop", "index": index}


def status_update(status: str, **fields: str) -> JsonObject:
    return {"event_type": "interaction.status_update", "status": status, **fields}


def completed(interaction_id: str, status: str = "completed", **fields: object) -> JsonObject:
    header: JsonObject = {"id": interaction_id, "status": status, **fields}  # type: ignore[dict-item]
    return {"event_type": "interaction.completed", "interaction": header}


def snapshot(interaction_id: str, status: str, *texts: str, **fields: object) -> bytes:
    """A whole interaction, as GET gives it."""
    steps = [{"type": "model_output", "content": [{"type": "text", "text": t}]} for t in texts]
    return json.dumps({"id": interaction_id, "status": status, "steps": steps, **fields}).encode()
