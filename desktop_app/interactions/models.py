"""The built-in table of chat models: what is offered when the list cannot be fetched.

Thinking levels are those of the documentation's table of 2026-09-18 (specification, section 5).
"""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Model:
    """A model as the person chooses it.

    `thinking_levels` are those it takes, empty where that is not known; `default_level` is the one
    it uses unasked. Limits are in tokens, `None` where they are not known. `max_temperature` is
    the upper end of the range that begins at 0.
    """

    name: str
    display_name: str
    thinking_levels: tuple[str, ...] = ()
    default_level: str | None = None
    input_token_limit: int | None = None
    output_token_limit: int | None = None
    max_temperature: float | None = None


DEFAULT_MODEL: Final = "gemini-flash-latest"

_LOW_TO_HIGH: Final = ("low", "medium", "high")
_MINIMAL_TO_HIGH: Final = ("minimal", "low", "medium", "high")

BUILT_IN_MODELS: Final[tuple[Model, ...]] = (
    Model("gemini-flash-latest", "Gemini Flash (latest)", _LOW_TO_HIGH),
    Model("gemini-pro-latest", "Gemini Pro (latest)", ("low", "high")),
    Model("gemini-3.8-flash", "Gemini 3.8 Flash", _LOW_TO_HIGH, "medium", 1_048_576, 65_536, 2.0),
    Model("gemini-3.7-flash", "Gemini 3.7 Flash", _LOW_TO_HIGH, "medium"),
    Model("gemini-3.6-flash", "Gemini 3.6 Flash", _MINIMAL_TO_HIGH, "medium"),
    Model("gemini-3.5-flash", "Gemini 3.5 Flash", _MINIMAL_TO_HIGH, "medium"),
    Model("gemini-3.5-flash-lite", "Gemini 3.5 Flash-Lite", _MINIMAL_TO_HIGH, "minimal"),
    Model("gemini-3-flash-preview", "Gemini 3 Flash (preview)", _MINIMAL_TO_HIGH, "high"),
    Model("gemini-3.1-pro-preview", "Gemini 3.1 Pro (preview)", _LOW_TO_HIGH, "high"),
    Model("gemini-3-pro-preview", "Gemini 3 Pro (preview)", ("low", "high"), "high"),
    Model("gemini-2.5-pro", "Gemini 2.5 Pro", _LOW_TO_HIGH),
    Model("gemini-2.5-flash", "Gemini 2.5 Flash", _LOW_TO_HIGH),
    Model("gemini-2.5-flash-lite", "Gemini 2.5 Flash-Lite", _LOW_TO_HIGH),
)

_BY_NAME: Final = {model.name: model for model in BUILT_IN_MODELS}

# Parts of the names of models that are not for a chat in text: they make pictures or speech, embed,
# or need a connection of another kind.
_NOT_CHAT: Final = ("embedding", "tts", "image", "live", "audio", "computer-use", "robotics", "aqa")


def built_in(name: str) -> Model | None:
    """Look a model up in the built-in table."""
    return _BY_NAME.get(name)


def is_chat_model(name: str) -> bool:
    """Whether a model of the server's list is one to chat with; `demo-…` ones are."""
    family = name.startswith(("gemini-", "demo-"))
    return family and not any(part in name for part in _NOT_CHAT)
