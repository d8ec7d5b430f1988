"""Calls the demo server over plain HTTP, as a test reads best."""

import json
import ssl
import time
from collections.abc import Callable, Mapping
from typing import cast

import httpx

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue

MODEL = "demo-model"
NO_TLS = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # httpx would load all certificates every time


class Demo:
    """One client of the server, with a key and a version of the API."""

    def __init__(self, url: str, key: str | None = "test-key", version: str = "v1beta") -> None:
        headers = {} if key is None else {"x-goog-api-key": key}
        self.url = url
        self.http = httpx.Client(
            base_url=f"{url}/{version}", headers=headers, timeout=30, trust_env=False, verify=NO_TLS
        )

    def close(self) -> None:
        self.http.close()

    def post(self, body: JsonValue) -> httpx.Response:
        return self.http.post("/interactions", json=body)

    def create(self, input: JsonValue = "hello", **fields: JsonValue) -> JsonObject:  # noqa: A002
        return taken(self.post(body_of(input, fields)))

    def refused(
        self,
        status: int,
        input: JsonValue = "hello",  # noqa: A002
        **fields: JsonValue,
    ) -> JsonObject:
        return error_of(self.post(body_of(input, fields)), status)

    def text(self, input: JsonValue = "hello", **fields: JsonValue) -> str:  # noqa: A002
        return output_text(self.create(input, **fields))

    def events(self, input: JsonValue = "hello", **fields: JsonValue) -> list[JsonObject]:  # noqa: A002
        return events_of(self.post(body_of(input, {**fields, "stream": True})))

    def get(self, interaction_id: str, **query: str) -> httpx.Response:
        return self.http.get(f"/interactions/{interaction_id}", params=query)


def body_of(input: JsonValue, fields: Mapping[str, JsonValue]) -> JsonObject:  # noqa: A002
    body: JsonObject = {} if "agent" in fields else {"model": MODEL}
    if input is not None:
        body["input"] = input
    return body | dict(fields)


def taken(response: httpx.Response) -> JsonObject:
    assert response.status_code == 200, response.text
    return read_object(response.text)


def error_of(response: httpx.Response, status: int) -> JsonObject:
    assert response.status_code == status, response.text
    return object_at(read_object(response.text), "error")


def read_object(text: str) -> JsonObject:
    value = cast("JsonValue", json.loads(text))
    assert isinstance(value, dict)
    return value


def object_at(data: JsonObject, name: str) -> JsonObject:
    value = data[name]
    assert isinstance(value, dict)
    return value


def list_at(data: JsonObject, name: str) -> list[JsonObject]:
    value = data[name]
    assert isinstance(value, list)
    return [item for item in value if isinstance(item, dict)]


def string_at(data: JsonObject, name: str) -> str:
    value = data[name]
    assert isinstance(value, str)
    return value


def strings_at(data: JsonObject, name: str) -> list[str]:
    value = data[name]
    assert isinstance(value, list)
    return [item for item in value if isinstance(item, str)]


def number_at(data: JsonObject, name: str) -> int:
    value = data[name]
    assert isinstance(value, int)
    return value


def steps_of(interaction: JsonObject, kind: str | None = None) -> list[JsonObject]:
    steps = list_at(interaction, "steps")
    return steps if kind is None else [step for step in steps if step["type"] == kind]


def output_text(interaction: JsonObject) -> str:
    blocks = [block for step in steps_of(interaction, "model_output") for block in contents(step)]
    return "".join(string_at(block, "text") for block in blocks if block["type"] == "text")


def contents(step: JsonObject) -> list[JsonObject]:
    return list_at(step, "content") if "content" in step else []


def thoughts(interaction: JsonObject) -> str:
    return "".join(
        string_at(block, "text")
        for step in steps_of(interaction, "thought")
        if "summary" in step
        for block in list_at(step, "summary")
    )


def events_of(response: httpx.Response) -> list[JsonObject]:
    """Read a whole stream; its records have exactly the form of the specification, section 6."""
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/event-stream"
    events: list[JsonObject] = []
    *records, rest = response.text.split("\n\n")
    assert rest == ""
    for number, record in enumerate(records):
        name, data = record.split("\n")
        if record == "event: done\ndata: [DONE]":
            assert number == len(records) - 1
            break
        event = read_object(data.removeprefix("data: "))
        assert name == f"event: {event['event_type']}"
        events.append(event)
    return events


def kinds(events: list[JsonObject]) -> list[str]:
    return [string_at(event, "event_type") for event in events]


def event_ids(events: list[JsonObject]) -> list[str]:
    return [string_at(event, "event_id") for event in events]


def text_of_deltas(events: list[JsonObject]) -> str:
    deltas = [object_at(e, "delta") for e in events if e["event_type"] == "step.delta"]
    return "".join(string_at(delta, "text") for delta in deltas if delta["type"] == "text")


def text_block(text: str) -> JsonObject:
    return {"type": "text", "text": text}


def user_input(*blocks: JsonObject | str) -> JsonObject:
    content: list[JsonValue] = [text_block(b) if isinstance(b, str) else b for b in blocks]
    return {"type": "user_input", "content": content}


def until(demo: Demo, name: str, ready: Callable[[JsonObject], bool]) -> JsonObject:
    for _ in range(400):
        interaction = taken(demo.get(name))
        if ready(interaction):
            return interaction
        time.sleep(0.02)
    raise AssertionError("it never came to that")


def until_completed(demo: Demo, name: str) -> JsonObject:
    return until(demo, name, lambda interaction: interaction["status"] == "completed")
