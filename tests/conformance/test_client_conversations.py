"""Conversations of Castor's own client with the demo server, stored there or not."""

import asyncio
import hashlib

import pytest

from desktop_app.chat.asking import for_the_rest
from desktop_app.gemini import errors
from desktop_app.gemini.client import GeminiClient
from desktop_app.interactions.codec import encode_usage
from desktop_app.interactions.content import AttachmentContent, Content, TextContent
from desktop_app.interactions.conversation import Conversation
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction, Outcome
from desktop_app.interactions.steps import (
    FunctionCallStep,
    FunctionResultStep,
    ThoughtStep,
    UserInputStep,
)
from tests.conformance.client import (
    PICTURE,
    ask,
    client_of,
    events_of,
    fold,
    interaction_of,
)
from tests.conformance.sdk import Sdk
from tests.demo.calling import output_text, strings_at
from tests.samples import request_body


def attachment() -> AttachmentContent:
    digest = hashlib.sha256(PICTURE).hexdigest()
    return AttachmentContent("image", digest, "sky.png", "image/png", len(PICTURE), 384, 256)


async def test_an_attachment_goes_out_as_its_bytes(demo_url: str) -> None:
    content: tuple[Content, ...] = (TextContent("What is this?"), attachment())
    request = InteractionRequest(model="demo-model", input=content)
    async with client_of(demo_url) as client:
        interaction = await interaction_of(client, request)
    assert "PNG of 384 × 256 pixels" in interaction.output_text


async def ask_in(
    client: GeminiClient, conversation: Conversation, text: str, *, store: bool, model: str
) -> Interaction:
    """Ask as the program does: chained where the server can, else with the whole path."""
    context = conversation.context(conversation.head, origin="demo", store=store)
    request = InteractionRequest(
        model=model,
        store=store,
        previous_interaction_id=context.previous_interaction_id,
        input=(*context.steps, UserInputStep((TextContent(text),))),
    )
    turn = Interaction(
        previous=conversation.head,
        input=(TextContent(text),),
        request=InteractionRequest(store=store),
        origin="demo",
    )
    conversation.add(turn)
    return fold(await events_of(client, request), turn)


@pytest.mark.parametrize("store", [True, False])
async def test_a_conversation_remembers_stored_or_not(demo_url: str, store: bool) -> None:
    conversation = Conversation()
    model = "demo-strict-signatures"
    async with client_of(demo_url) as client:
        for text in ("My name is Ada.", "I like boats."):
            turn = await ask_in(client, conversation, text, store=store, model=model)
            assert any(isinstance(step, ThoughtStep) for step in turn.steps)
        turn = await ask_in(client, conversation, "What is my name?", store=store, model=model)
    assert "**Ada**" in turn.output_text


async def test_a_conversation_goes_on_from_our_copy_when_the_servers_is_gone(
    demo_url: str,
) -> None:
    conversation = Conversation()
    model = "demo-strict-signatures"
    async with client_of(demo_url) as client:
        first = await ask_in(client, conversation, "My name is Ada.", store=True, model=model)
        assert first.id is not None
        await client.delete(first.id)
        with pytest.raises(errors.NotFound):
            await client.create(ask(previous_interaction_id=first.id))
        first.expired = True
        turn = await ask_in(client, conversation, "What is my name?", store=True, model=model)
    assert "**Ada**" in turn.output_text


async def test_an_answer_that_was_stopped_goes_on_in_the_next_turn(demo_url: str) -> None:
    conversation = Conversation()
    async with client_of(demo_url) as client:
        turn = Interaction(input=(TextContent("write a poem"),), origin="demo")
        conversation.add(turn)
        async with client.stream(ask("write a poem")) as events:
            async for event in events:
                turn.apply(event)
                if len(turn.output_text) > 200:
                    turn.cancel()
                    break
        said = turn.output_text
        more = await ask_in(client, conversation, "go on", store=True, model="demo-model")
        whole = await interaction_of(client, ask("write a poem"))
    assert more.output_text.endswith(whole.output_text[len(said) :].lstrip())


async def test_a_function_is_called_and_answered(demo_url: str) -> None:
    body = request_body("14_function_tool")
    tool = body["tools"]
    assert isinstance(tool, list)
    assert isinstance(tool[0], dict)
    async with client_of(demo_url) as client:
        asked = await interaction_of(client, ask("Weather in Zürich?", tools=(tool[0],)))
        assert asked.outcome is Outcome.NEEDS_ACTION
        (call,) = [step for step in asked.steps if isinstance(step, FunctionCallStep)]
        assert call.arguments == {"location": "Zürich"}
        result = FunctionResultStep(call_id=call.id, name=call.name, result={"temp": 21})
        request = InteractionRequest(
            model="demo-model", previous_interaction_id=asked.id, input=(result,), tools=(tool[0],)
        )
        done = await interaction_of(client, request)
    assert '"temp": 21' in done.output_text


async def test_an_answer_is_continued_hop_by_hop(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        turn = await interaction_of(client, ask("write a poem", model="demo-continuation"))
        parts = [turn.output_text]
        while turn.outcome is Outcome.NEEDS_CONTINUATION:
            request = InteractionRequest(
                model="demo-continuation",
                previous_interaction_id=turn.id,
                continuation_token=turn.header.continuation_token,
            )
            turn = await interaction_of(client, request)
            parts.append(turn.output_text)
        whole = await interaction_of(client, ask("write a poem"))
    assert len(parts) == 3
    assert "".join(parts) == whole.output_text


@pytest.mark.parametrize("store", [None, False])
async def test_an_answer_of_several_requests_counts_what_the_sdk_counts(
    demo_url: str, sdk: Sdk, store: bool | None
) -> None:
    merged = sdk.create("write a story", model="demo-continuation", store=store is not False)
    first = ask("write a story", model="demo-continuation", store=store)
    async with client_of(demo_url) as client:
        turn = await interaction_of(client, first)
        while turn.outcome is Outcome.NEEDS_CONTINUATION:
            assert turn.rest is not None
            request = for_the_rest(first, *turn.rest)
            turn.begin_rest()
            fold(await events_of(client, request), turn)
    assert turn.usage is not None
    assert encode_usage(turn.usage) == merged["usage"]
    assert turn.output_text == output_text(merged)
    assert len(turn.ids) == len(strings_at(merged, "continuation_ids")) == 3


async def test_many_streams_run_at_once_without_disturbing_each_other(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        texts = [f"count to {number}" for number in range(20, 60)]
        turns = await asyncio.gather(*(interaction_of(client, ask(text)) for text in texts))
    for number, turn in enumerate(turns, 20):
        assert turn.outcome is Outcome.COMPLETE
        assert turn.output_text.endswith(f"{number}.")
