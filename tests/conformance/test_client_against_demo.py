"""Castor's own client against the demo server: every call, every end, every error."""

import asyncio
from dataclasses import dataclass

import pytest

from desktop_app.gemini import errors
from desktop_app.gemini.client import GeminiClient
from desktop_app.gemini.retry import RetryScheduled
from desktop_app.interactions.events import ErrorEvent, InteractionCreated, StepDelta
from desktop_app.interactions.generation import GenerationConfig, InteractionRequest
from desktop_app.interactions.interaction import Interaction, Outcome
from desktop_app.interactions.models import is_chat_model
from tests.conformance.client import (
    SHOWN,
    ask,
    client_of,
    events_of,
    fold,
    interaction_of,
    resumed,
)

# --- the calls ------------------------------------------------------------------------------------


async def test_create_stream_and_get_give_the_same_interaction(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        streamed = await interaction_of(client, ask("a tour", generation_config=SHOWN))
        created = fold([await client.create(ask("a tour", generation_config=SHOWN))])
        assert streamed.outcome is created.outcome is Outcome.COMPLETE
        assert streamed.output_text == created.output_text
        assert streamed.id is not None
        got = fold([await client.get(streamed.id)])
        assert got.steps == streamed.steps
        assert got.usage == streamed.usage
        assert fold([await client.get(streamed.id, include_input=True)]).steps == streamed.steps


REQUESTS = {
    "text": ask("a poem", generation_config=SHOWN),
    "tools": ask(
        "Search, read https://example.org/ and run some code.",
        tools=({"type": "google_search"}, {"type": "url_context"}, {"type": "code_execution"}),
    ),
    "function": ask("Weather in Zürich?", tools=({"type": "function", "name": "get_weather"},)),
    "picture": ask("a sky", response_format=[{"type": "text"}, {"type": "image"}]),
    "sound": ask("a bell", response_format={"type": "audio"}),
    "failed": ask("a poem", model="demo-failed"),
    "incomplete": ask("a poem", model="demo-incomplete"),
    "continuation": ask("a poem", model="demo-continuation"),
}


@pytest.mark.parametrize("name", REQUESTS)
async def test_a_stream_resumed_after_any_event_folds_to_what_get_gives(
    demo_url: str, name: str
) -> None:
    async with client_of(demo_url) as client:
        events = await events_of(client, REQUESTS[name])
        whole = fold(events)
        assert whole.id is not None
        assert fold([await client.get(whole.id)]).steps == whole.steps
        assert await resumed(client, whole.id, None) == events
        for broken_at in range(1, len(events)):
            partial = fold(events[:broken_at])
            rest = await resumed(client, whole.id, partial.last_event_id)
            assert rest == events[broken_at:]
            assert fold(rest, partial).steps == whole.steps
            assert partial.outcome is whole.outcome
            assert partial.usage == whole.usage


async def test_a_cancelled_background_run_is_what_a_stream_of_it_saw(demo_url: str) -> None:
    minimal = GenerationConfig(thinking_level="minimal")
    request = ask("a poem", model="demo-slow", background=True, generation_config=minimal)
    async with client_of(demo_url) as client:
        interaction = Interaction()
        async with client.stream(request) as events:
            async for event in events:
                interaction.apply(event)
                if isinstance(event, StepDelta) and interaction.outcome is Outcome.STREAMING:
                    assert interaction.id is not None
                    await client.cancel(interaction.id)
        assert interaction.outcome is Outcome.CANCELLED
        assert interaction.output_text
        assert interaction.id is not None
        got = fold([await client.get(interaction.id)])
        assert got.output_text == interaction.output_text
        assert got.outcome is Outcome.CANCELLED


async def test_a_deleted_interaction_is_gone(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        interaction = await interaction_of(client, ask())
        assert interaction.id is not None
        await client.delete(interaction.id)
        with pytest.raises(errors.NotFound):
            await client.get(interaction.id)


async def test_only_a_background_run_can_be_cancelled(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        interaction = await interaction_of(client, ask())
        assert interaction.id is not None
        with pytest.raises(errors.PermissionDenied) as refused:
            await client.cancel(interaction.id)
        assert refused.value.code == "failed_precondition"


async def test_the_models_are_listed_with_their_levels(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        models = {model.name: model for model in await client.models()}
    assert models["demo-model"].display_name == "Castor demo"
    assert models["gemini-3.8-flash"].thinking_levels == ("low", "medium", "high")
    assert models["gemini-3.1-flash-image"].thinking_levels == ()
    assert "gemini-embedding-001" not in models
    chat = {name for name in models if is_chat_model(name)}
    assert {"demo-model", "gemini-2.5-pro"} <= chat
    assert not {"gemini-3.1-flash-image", "gemini-3.8-flash-tts"} & chat


async def test_the_list_of_models_is_read_page_by_page(
    demo_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with client_of(demo_url) as client:
        whole = await client.models()
        call = client._call  # pyright: ignore[reportPrivateUsage] - to ask for small pages
        pages: list[dict[str, str]] = []

        async def small_pages(method: str, url: str, *, query: dict[str, str]) -> bytes:
            pages.append(dict(query))
            return await call(method, url, query={**query, "pageSize": "5"})

        monkeypatch.setattr(client, "_call", small_pages)
        assert await client.models() == whole
        assert len(pages) == 4


# --- keys and errors ------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["demo-bad", "demo-old-key", None])
async def test_a_key_that_is_not_accepted_is_an_authentication_failure(
    demo_url: str, key: str | None
) -> None:
    async with GeminiClient(key, demo_url) as client:
        with pytest.raises(errors.AuthenticationFailed):
            await client.check_key()
        with pytest.raises(errors.AuthenticationFailed):
            await client.create(ask())


async def test_a_good_key_is_accepted(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        await client.check_key()


@dataclass
class Stopped(Exception):
    """Raised in place of the wait before another try."""

    scheduled: RetryScheduled


def stop(scheduled: RetryScheduled) -> None:
    raise Stopped(scheduled)


@pytest.mark.parametrize(
    ("model", "kind", "code"),
    [
        ("demo-error-400", errors.InvalidRequest, "invalid_request"),
        ("demo-error-401", errors.AuthenticationFailed, "authentication"),
        ("demo-error-402", errors.PermissionDenied, "payment_required"),
        ("demo-error-403", errors.PermissionDenied, "permission_denied"),
        ("demo-error-404", errors.NotFound, "not_found"),
        ("gemini-nobody", errors.ModelNotFound, "model_not_found"),
        ("demo-error-409", errors.InvalidRequest, "aborted"),
        ("demo-error-416", errors.NotFound, "out_of_range"),
        ("demo-error-429-daily", errors.RateLimited, "quota_exceeded"),
        ("demo-error-499", errors.ServerError, "cancelled"),
        ("demo-error-500", errors.ServerError, "api_error"),
        ("demo-error-501", errors.ServerError, "unimplemented"),
        ("demo-error-504", errors.Overloaded, "deadline_exceeded"),
        ("demo-error-html", errors.ProtocolError, "html"),
        ("demo-error-list", errors.PermissionDenied, "permission_denied"),
        ("demo-blocked", errors.InteractionFailed, "safety"),
    ],
)
async def test_every_error_has_its_class(
    demo_url: str, model: str, kind: type[errors.GeminiError], code: str
) -> None:
    async with client_of(demo_url) as client:
        with pytest.raises(errors.GeminiError) as caught:
            await client.create(ask(model=model), stop)
        assert type(caught.value) is kind
        assert caught.value.code == code
        if model != "demo-blocked":
            with pytest.raises(kind):
                await events_of(client, ask(model=model))


@pytest.mark.parametrize(
    ("model", "kind", "seconds"),
    [("demo-error-429", errors.RateLimited, 3), ("demo-error-503", errors.Overloaded, 1)],
)
async def test_what_may_be_tried_again_is_and_after_the_time_asked_for(
    demo_url: str, model: str, kind: type[errors.GeminiError], seconds: int
) -> None:
    async with client_of(demo_url) as client:
        with pytest.raises(Stopped) as stopped:
            await client.create(ask(model=model), stop)
    assert type(stopped.value.scheduled.error) is kind
    assert seconds <= stopped.value.scheduled.seconds <= seconds * 1.25


@pytest.mark.parametrize("model", ["demo-error-429-once", "demo-error-503-once"])
@pytest.mark.parametrize("streams", [True, False])
async def test_a_second_try_succeeds_by_itself(demo_url: str, model: str, streams: bool) -> None:
    scheduled: list[RetryScheduled] = []
    async with client_of(demo_url, f"client-{model}-{streams}") as client:
        if streams:
            async with client.stream(ask(model=model), scheduled.append) as events:
                interaction = fold([event async for event in events])
        else:
            interaction = fold([await client.create(ask(model=model), scheduled.append)])
    assert interaction.outcome is Outcome.COMPLETE
    assert len(scheduled) == 1
    assert 0.2 <= scheduled[0].seconds < 0.3


@pytest.mark.parametrize(
    ("model", "code"),
    [
        ("demo-error-stream", "gateway_timeout"),
        ("demo-error-stream-first", "api_error"),
        ("demo-blocked", "safety"),
    ],
)
async def test_an_error_inside_a_stream_is_its_end(demo_url: str, model: str, code: str) -> None:
    async with client_of(demo_url) as client:
        events = await events_of(client, ask("a poem", model=model))
    assert isinstance(events[-1], ErrorEvent)
    interaction = fold(events)
    assert interaction.outcome is Outcome.FAILED
    assert interaction.failure is not None
    assert interaction.failure.code == code
    assert bool(interaction.output_text) == (model != "demo-error-stream-first")


# --- streams that break ---------------------------------------------------------------------------


async def stream_into(
    interaction: Interaction, client: GeminiClient, request: InteractionRequest
) -> None:
    async with client.stream(request) as events:
        async for event in events:
            interaction.apply(event)


async def until_completed(client: GeminiClient, name: str) -> Interaction:
    for _ in range(200):
        interaction = fold([await client.get(name)])
        if interaction.outcome is not Outcome.STREAMING:
            return interaction
        await asyncio.sleep(0.02)
    raise AssertionError("it never ended")


async def test_a_stream_that_was_cut_is_finished_by_a_resume(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        interaction = Interaction()
        with pytest.raises(errors.StreamBroken):
            await stream_into(interaction, client, ask("a poem", model="demo-cut"))
        seen = interaction.output_text
        assert seen
        assert interaction.id is not None
        fold(await resumed(client, interaction.id, interaction.last_event_id), interaction)
        assert interaction.outcome is Outcome.COMPLETE
        assert interaction.output_text.startswith(seen)
        whole = await until_completed(client, interaction.id)
        assert whole.steps == interaction.steps
        assert whole.usage == interaction.usage


async def test_the_watchdog_notices_a_stream_that_stalls(demo_url: str) -> None:
    async with GeminiClient("key", demo_url, event_timeout=0.3) as client:
        interaction = Interaction()
        with pytest.raises(errors.TimedOut):
            await stream_into(interaction, client, ask("a poem", model="demo-stall"))
        assert interaction.id is not None
        whole = await until_completed(client, interaction.id)
        assert whole.output_text.startswith(interaction.output_text)


async def test_a_dropped_stream_leaves_a_stored_run_going(demo_url: str) -> None:
    async with client_of(demo_url) as client:
        async with client.stream(ask("a long story")) as events:
            created = await anext(events)
        assert isinstance(created, InteractionCreated)
        assert created.interaction.id is not None
        assert (await until_completed(client, created.interaction.id)).outcome is Outcome.COMPLETE
