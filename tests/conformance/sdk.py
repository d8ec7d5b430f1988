"""The official SDK as a judge: what it does not know, or has to guess at, fails the test.

The SDK is lenient: a field it does not know is kept aside, a value that does not fit its type is
let through unchecked, an unknown type becomes `Unknown…`. `as_json` forbids all three.
"""

from collections.abc import Callable, Iterable
from typing import cast

from google.genai import Client, types
from google.genai.interactions import Interaction
from pydantic import BaseModel

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue


class Sdk:
    """The SDK's client of the demo server; it tries everything once, unless told otherwise."""

    def __init__(
        self, url: str, key: str = "sdk-key", version: str = "v1beta", tries: int = 1
    ) -> None:
        self.client = Client(
            api_key=key,
            http_options=types.HttpOptions(
                base_url=url,
                api_version=version,
                timeout=20_000,
                retry_options=types.HttpRetryOptions(attempts=tries),
            ),
        )

    def close(self) -> None:
        self.client.close()

    def create(self, input: JsonValue = None, **fields: object) -> JsonObject:  # noqa: A002
        return as_json(self.call("create", **_body(input, fields)))

    def stream(self, input: JsonValue = None, **fields: object) -> list[JsonObject]:  # noqa: A002
        return self.events("create", **_body(input, fields), stream=True)

    def resume(self, interaction_id: object, last_event_id: str) -> list[JsonObject]:
        return self.events("get", id=interaction_id, stream=True, last_event_id=last_event_id)

    def get(self, interaction_id: object, **query: object) -> JsonObject:
        return as_json(self.call("get", id=interaction_id, **query))

    def cancel(self, interaction_id: object) -> JsonObject:
        return as_json(self.call("cancel", id=interaction_id))

    def delete(self, interaction_id: object) -> None:
        self.call("delete", id=interaction_id)

    def events(self, name: str, **arguments: object) -> list[JsonObject]:
        events = cast("Iterable[object]", self.call(name, **arguments))
        return [as_json(event) for event in events]

    def call(self, name: str, **arguments: object) -> object:
        method = cast("Callable[..., object]", getattr(self.client.interactions, name))
        return method(**arguments)


def _body(input: JsonValue, fields: dict[str, object]) -> dict[str, object]:  # noqa: A002
    body: dict[str, object] = {} if "agent" in fields else {"model": "demo-model"}
    if input is not None:
        body["input"] = input
    return body | fields


def as_json(value: object) -> JsonObject:
    """Write a value of the SDK back as JSON, and fail where it did not know all of it."""
    assert isinstance(value, BaseModel), f"the SDK could not read it: {value!r}"
    assert_known(value)
    data = cast("JsonObject", value.model_dump(mode="json", by_alias=True, exclude_unset=True))
    if isinstance(value, Interaction):
        for name in [name for name in data if name.startswith("output_")]:
            del data[name]  # the SDK adds these itself
    # Once more, strictly: without the leave to guess that the SDK gives itself.
    type(value).model_validate(data)
    return data


def assert_known(value: object, path: str = "") -> None:
    """Fail for an `Unknown…` value or a field that a model of the SDK does not have."""
    if isinstance(value, BaseModel):
        name = type(value).__name__
        assert not name.startswith("Unknown"), f"{path} is {name}: {value!r}"
        assert not value.model_extra or _is_free(name), f"{path} has more: {value.model_extra}"
        for field, item in vars(value).items():  # getattr would warn of what is deprecated
            assert_known(item, f"{path}.{field}")
    elif isinstance(value, list | tuple):
        for number, item in enumerate(cast("Iterable[object]", value)):
            assert_known(item, f"{path}[{number}]")


def _is_free(name: str) -> bool:
    # The result of a function is any object: the SDK types it as a model without fields.
    return name in ("FunctionResultStepResult", "FunctionResultDeltaResult")
