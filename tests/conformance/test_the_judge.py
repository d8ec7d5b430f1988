"""The judge judges: the SDK alone would let all of this pass."""

import json

import pytest
from google.genai.interactions import Interaction, InteractionSSEStreamEvent
from pydantic import ValidationError
from pydantic_core import PydanticSerializationError

from desktop_app.interactions.jsonvalue import JsonObject
from tests.conformance.sdk import as_json, assert_known
from tests.samples import stream_bytes


def read(data: JsonObject) -> InteractionSSEStreamEvent:
    from google.genai._gaos.utils.serializers import unmarshal_json

    return unmarshal_json(json.dumps({"data": data}), InteractionSSEStreamEvent)


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ({"event_type": "interaction.thawed"}, "UnknownInteractionSSEEvent"),
        (
            {"event_type": "step.delta", "index": 0, "delta": {"type": "smell"}},
            "UnknownStepDeltaData",
        ),
        ({"event_type": "step.start", "index": 0, "step": {"type": "dance"}}, "UnknownStep"),
        (
            {"event_type": "step.delta", "index": 0, "delta": {"type": "text", "text": "", "x": 1}},
            "has more",
        ),
        ({"event_type": "step.stop", "index": 0, "usage": {"total": 1}}, "has more"),
        (
            {
                "event_type": "step.start",
                "index": 0,
                "step": {"type": "model_output", "content": [{"type": "hologram"}]},
            },
            "UnknownContent",
        ),
    ],
)
def test_what_the_sdk_does_not_know_fails(data: JsonObject, reason: str) -> None:
    with pytest.raises(AssertionError, match=reason):
        assert_known(read(data).data)


def test_what_does_not_fit_its_type_fails() -> None:
    with pytest.raises((ValidationError, PydanticSerializationError)):
        as_json(Interaction.model_construct(status="completed", created=12))


def test_a_plain_sample_passes() -> None:
    for line in stream_bytes("01_plain_text").decode().splitlines():
        if line.startswith("data: {"):
            as_json(read(json.loads(line.removeprefix("data: "))).data)
