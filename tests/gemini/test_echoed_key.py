"""A server that says the key again, as some do that refuse it, does not get it onto the disk."""

import json

import pytest

from desktop_app.gemini import errors
from desktop_app.gemini.client import GeminiClient
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from tests.scriptserver import Script, answer, answers, script_server, stream

pytestmark = pytest.mark.usefixtures("loop_factory")

KEY = "canary-key-0123456789-abcdef"
SAID = f"Incorrect API key provided: {KEY}."
ERROR = {"error": {"code": "invalid_request", "message": SAID}}


async def ask(script: Script) -> Interaction:
    interaction = Interaction()
    async with script_server(script) as server, GeminiClient(KEY, server.base_url) as client:
        async with client.stream(InteractionRequest(model="m", input="hi")) as events:
            async for event in events:
                interaction.apply(event)
    return interaction


@pytest.mark.parametrize(
    "script",
    [
        answers(answer(json.dumps(ERROR).encode(), "401 Unauthorized")),
        answers(answer(SAID.encode(), "400 Bad Request", media_type="text/plain")),
        answers(answer(json.dumps(ERROR).encode())),
        stream(json.dumps(ERROR).encode() + b"\n"),
    ],
    ids=["refusal", "plain text", "under a success", "bare in a stream"],
)
async def test_an_error_with_the_key_is_told_without_it(script: Script) -> None:
    with pytest.raises(errors.GeminiError) as caught:
        await ask(script)
    error = caught.value
    told = f"{error} {error.advice} {error.details} {error.server_message} {error!r}"
    assert "Incorrect API key provided: ***." in told
    assert KEY not in told


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_an_event_with_the_key_comes_without_it_however_it_is_cut(size: int) -> None:
    data = {"event_type": "error", **ERROR}
    body = b"event: error\ndata: " + json.dumps(data).encode() + b"\n\n"
    pieces = [body[at : at + size] for at in range(0, len(body), size)]
    interaction = await ask(stream(*pieces))
    told = repr(interaction.error)
    assert "Incorrect API key provided: ***." in told
    assert KEY not in told
