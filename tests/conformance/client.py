"""Castor's own client, and what its events fold to."""

import base64
import dataclasses
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from desktop_app.demo.media import sky
from desktop_app.gemini.client import GeminiClient
from desktop_app.interactions.content import AttachmentContent
from desktop_app.interactions.events import Event
from desktop_app.interactions.generation import GenerationConfig, InteractionRequest
from desktop_app.interactions.interaction import Interaction

PICTURE = sky("3:2", 5)
SHOWN = GenerationConfig(thinking_summaries="auto")


def ask(text: str = "hello", *, model: str = "demo-model", **fields: object) -> InteractionRequest:
    return dataclasses.replace(InteractionRequest(model=model, input=text), **fields)


@asynccontextmanager
async def client_of(url: str, key: str = "client-key") -> AsyncGenerator[GeminiClient, None]:
    async with GeminiClient(key, url, open_attachment=read_attachment) as client:
        yield client


async def read_attachment(attachment: AttachmentContent) -> AsyncIterator[bytes]:
    text = base64.b64encode(PICTURE)
    for at in range(0, len(text), 1000):
        yield text[at : at + 1000]


async def events_of(client: GeminiClient, request: InteractionRequest) -> list[Event]:
    async with client.stream(request) as events:
        return [event async for event in events]


async def resumed(client: GeminiClient, name: str, after: str | None) -> list[Event]:
    async with client.resume(name, after) as events:
        return [event async for event in events]


def fold(events: list[Event], into: Interaction | None = None) -> Interaction:
    interaction = into or Interaction()
    for event in events:
        interaction.apply(event)
    return interaction


async def interaction_of(client: GeminiClient, request: InteractionRequest) -> Interaction:
    return fold(await events_of(client, request))
