"""From records to events, from lists to models, from requests to bodies."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.gemini.errors import ProtocolError
from desktop_app.gemini.sse import ServerSentEvent, SSEDecoder
from desktop_app.gemini.wire import (
    base64_length,
    decode_event,
    encode_body,
    read_interaction,
    read_models,
)
from desktop_app.interactions.content import AttachmentContent, TextContent, UnknownContent
from desktop_app.interactions.events import (
    Event,
    InteractionStatusUpdate,
    StepDelta,
    TextDelta,
    UnknownEvent,
    UnreadableEvent,
)
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import UserInputStep
from tests.gemini.test_sse import CASES
from tests.interactions.test_interaction import OUTCOMES, folded
from tests.samples import STREAMS, pieces, stream_bytes, stream_expected


def fold_bytes(body: bytes, size: int) -> Interaction:
    interaction = Interaction()
    decoder = SSEDecoder()
    for chunk in pieces(body, size):
        for record in decoder.feed(chunk):
            event = decode_event(record)
            if event is not None:
                interaction.apply(event)
    decoder.close()
    return interaction


@pytest.mark.parametrize("size", [1, 7, 1 << 20])
@pytest.mark.parametrize("name", STREAMS)
def test_every_sample_folds_from_its_bytes_in_any_pieces(name: str, size: int) -> None:
    expected = stream_expected(name)
    client = expected["client"]
    assert isinstance(client, dict)
    interaction = fold_bytes(stream_bytes(name), size)
    assert folded(interaction) == expected["final"]
    assert interaction.outcome == OUTCOMES[str(client["outcome"])]


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("gem-")])
def test_no_case_of_the_corpus_makes_the_fold_raise(name: str) -> None:
    interaction = fold_bytes(base64.b64decode(str(CASES[name]["input_b64"])), 11)
    json.dumps(interaction.output_text).encode()
    if name == "gem-bad-json":
        assert interaction.output_text == "A"
        assert interaction.outcome == "complete"
        assert interaction.unreadable == ["{not json}"]
    if name == "gem-cut-mid-json":
        assert interaction.outcome == "streaming"
        assert interaction.output_text == "Hel"


def event(data: str, name: str = "message") -> Event | None:
    return decode_event(ServerSentEvent(name, data))


def test_the_type_is_event_type_then_type_then_the_name_of_the_record() -> None:
    body = '"index":0,"delta":{"type":"text","text":"x"}'
    expected = StepDelta(0, TextDelta("x"))
    assert event('{"event_type":"step.delta","type":"other",' + body + "}") == expected
    assert event('{"type":"step.delta",' + body + "}", "other") == expected
    assert event("{" + body + "}", "step.delta") == expected


def test_the_end_marker_is_no_event() -> None:
    assert event("[DONE]", "done") is None
    assert event(" ") is None


@pytest.mark.parametrize("data", ["null", "NaN", "[]", "7", "{not json}", "[" * 5000, '{"type":1}'])
def test_what_is_no_event_is_kept_as_it_came(data: str) -> None:
    assert event(data) == UnreadableEvent(data)


@pytest.mark.parametrize("index", ["-1", "true", '"0"', "1.5", "null"])
def test_an_index_is_a_whole_number_from_zero(index: str) -> None:
    found = event('{"event_type":"step.delta","index":' + index + ',"delta":{"text":"x"}}')
    assert isinstance(found, UnknownEvent)


def test_a_status_can_be_said_in_the_name_of_the_event() -> None:
    assert event('{"event_type":"interaction.in_progress","interaction_id":"v1_a"}') == (
        InteractionStatusUpdate("in_progress", "v1_a")
    )


@given(st.text(max_size=40))
def test_no_text_makes_decoding_raise(data: str) -> None:
    event(data)


def test_a_body_that_is_no_interaction_is_a_protocol_error() -> None:
    for body in (b"", b"[]", b"\xff", b"{"):
        with pytest.raises(ProtocolError):
            read_interaction(body)


def test_models_are_read_as_the_list_writes_them() -> None:
    body = {
        "models": [
            {
                "name": "models/gemini-3.8-flash",
                "displayName": "Gemini 3.8 Flash",
                "inputTokenLimit": 1048576,
                "outputTokenLimit": "65536",
                "supportedGenerationMethods": ["generateContent"],
                "maxTemperature": 2,
                "thinking": True,
            },
            {"name": "models/text-embedding", "supportedGenerationMethods": ["embedContent"]},
            {"name": "models/gemini-9", "supportedGenerationMethods": ["generateContent"]},
            {"name": 7},
            "no model",
        ],
        "nextPageToken": "next",
    }
    models, token = read_models(json.dumps(body).encode())
    assert token == "next"
    assert [model.name for model in models] == ["gemini-3.8-flash", "gemini-9"]
    first, second = models
    assert first.thinking_levels == ("low", "medium", "high")
    assert (first.output_token_limit, first.max_temperature) == (65536, 2.0)
    assert second.thinking_levels == ()


def attachment(sha256: str, size: int, kind: str = "image") -> AttachmentContent:
    return AttachmentContent(kind, sha256, f"{sha256}.png", "image/png", size, 1, 1)


def test_a_body_is_made_of_json_and_attachments() -> None:
    first, second = attachment("a" * 64, 4), attachment("b" * 64, 5)
    request = InteractionRequest(
        model="m",
        input=(
            UserInputStep((first, TextContent('\x00 <é> "quoted"'))),
            UserInputStep((second, first)),
        ),
    )
    body = encode_body(request)
    assert body.attachments == (first, second, first)
    files = {first: b"1234", second: b"56789"}
    whole = b"".join(
        piece if isinstance(piece, bytes) else base64.b64encode(files[piece])
        for piece in body.pieces
    )
    assert len(whole) == body.length
    data = json.loads(whole)
    assert data["input"][0]["content"][0] == {
        "type": "image",
        "data": base64.b64encode(b"1234").decode(),
        "mime_type": "image/png",
    }
    assert data["input"][0]["content"][1]["text"] == '\x00 <é> "quoted"'
    assert data["input"][1]["content"][0]["data"] == base64.b64encode(b"56789").decode()


def test_a_block_of_the_server_is_never_taken_for_an_attachment() -> None:
    block = UnknownContent({"type": "castor.attachment", "sha256": "a" * 64})
    assert encode_body(InteractionRequest(model="m", input=(block,))).attachments == ()


@given(st.binary(max_size=50))
def test_the_length_in_base64_is_known_beforehand(data: bytes) -> None:
    assert base64_length(len(data)) == len(base64.b64encode(data))
