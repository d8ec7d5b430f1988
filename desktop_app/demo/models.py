"""The models of the demo: what the list says of them, and what each of them takes.

They are those of the built-in table, `demo-model`, and a few that are not for a chat in text, so
that a client's filters have something to filter. Every other name that starts with `demo-` is a
model too; some of them misbehave on purpose (`faults`).
"""

from dataclasses import dataclass
from typing import Final

from desktop_app.demo.errors import Refused, invalid
from desktop_app.demo.seals import Seals
from desktop_app.interactions.generation import GenerationConfig
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.models import BUILT_IN_MODELS, Model

_ALL_LEVELS: Final = ("minimal", "low", "medium", "high")
_CHAT: Final = ("generateContent", "countTokens", "createCachedContent", "batchGenerateContent")
_DEFAULT_PAGE: Final = 50
_LARGEST_PAGE: Final = 1000

DEMO_MODEL: Final = Model(
    "demo-model", "Castor demo", _ALL_LEVELS, "medium", 1_048_576, 65_536, 2.0
)


@dataclass(frozen=True)
class _Listed:
    """A model as the list has it (section 2); `methods` are its `supportedGenerationMethods`."""

    model: Model
    description: str
    methods: tuple[str, ...] = _CHAT
    thinking: bool = True


def _other(name: str, display_name: str, description: str, *methods: str, limit: int) -> _Listed:
    return _Listed(Model(name, display_name, (), None, limit, limit), description, methods, False)


_LISTED: Final = (
    _Listed(DEMO_MODEL, "The offline demo: a few rules on this computer, no model at all."),
    *(
        _Listed(model, f"Stands in for {model.display_name}; the offline demo answers.")
        for model in BUILT_IN_MODELS
    ),
    _other(
        "gemini-3.1-flash-image",
        "Gemini 3.1 Flash Image",
        "Makes pictures; the offline demo draws one.",
        *_CHAT,
        limit=65_536,
    ),
    _other(
        "gemini-3.8-flash-tts",
        "Gemini 3.8 Flash TTS",
        "Speaks; the offline demo plays a chime.",
        "countTokens",
        "generateContent",
        limit=8192,
    ),
    _other(
        "gemini-embedding-001",
        "Gemini Embedding 001",
        "Makes embeddings of text.",
        "embedContent",
        "countTextTokens",
        limit=2048,
    ),
)
_BY_NAME: Final = {listed.model.name: listed for listed in _LISTED}


def _listed(name: str) -> _Listed | None:
    listed = _BY_NAME.get(name)
    if listed is None and name.startswith("demo-"):
        thinks = name != "demo-no-thinking"
        levels = _ALL_LEVELS if thinks else ()
        model = Model(name, name, levels, "medium" if thinks else None, 1_048_576, 65_536, 2.0)
        return _Listed(model, "The offline demo.", thinking=thinks)
    return listed


# --- the list (section 2) -------------------------------------------------------------------------


def list_models(page_size: str | None, page_token: str | None, seals: Seals) -> JsonObject:
    """Give one page of the list; raises `Refused` for a size or token that is none."""
    size = _DEFAULT_PAGE
    if page_size:
        if not page_size.isascii() or not page_size.isdigit():
            raise invalid("pageSize must be a whole number that is not negative.")
        size = min(int(page_size[:9]), _LARGEST_PAGE) or _DEFAULT_PAGE
    start = seals.page_offset(page_token) if page_token else 0
    if start is None:
        raise invalid("pageToken is not one that this server gave.")
    page: list[JsonValue] = [_as_json(listed) for listed in _LISTED[start : start + size]]
    answer: JsonObject = {"models": page}
    if start + size < len(_LISTED):
        answer["nextPageToken"] = seals.page_token(start + size)
    return answer


def show_model(name: str) -> JsonObject:
    """Describe one model; raises `Refused` for an unknown one."""
    listed = _listed(name)
    if listed is None:
        raise Refused(404, "not_found", f"models/{name} is not found.")
    return _as_json(listed)


def _as_json(listed: _Listed) -> JsonObject:
    model = listed.model
    methods: list[JsonValue] = list(listed.methods)
    data: JsonObject = {
        "name": f"models/{model.name}",
        "version": "001",
        "displayName": model.display_name,
        "description": listed.description,
        "inputTokenLimit": model.input_token_limit or 1_048_576,
        "outputTokenLimit": model.output_token_limit or 65_536,
        "supportedGenerationMethods": methods,
    }
    if "generateContent" in listed.methods:
        sampling: JsonObject = {"temperature": 1, "topP": 0.95, "topK": 64, "maxTemperature": 2}
        data |= sampling
    if listed.thinking:
        data["thinking"] = True
    return data


# --- what a model takes ---------------------------------------------------------------------------


def check_model(name: str) -> None:
    """Refuse a model that this server does not have, or that has no interactions."""
    listed = _listed(name)
    if listed is None or "generateContent" not in listed.methods:
        raise Refused(404, "model_not_found", f"The model '{name}' does not exist here.")


def check_config(model: str, config: GenerationConfig) -> None:
    """Refuse what the specification says a model does not take (section 5).

    Two models refuse a field outright, so that clients can be tested: `demo-no-temperature` and
    `demo-no-thinking`.
    """
    if config.temperature is not None and model == "demo-no-temperature":
        raise invalid(f"generation_config.temperature is not supported by {model}.")
    level = config.thinking_level
    if level is None:
        return
    if model == "demo-no-thinking":
        raise invalid(f"generation_config.thinking_level is not supported by {model}.")
    listed = _listed(model)
    levels = listed.model.thinking_levels if listed else ()
    if levels and level not in levels:
        raise invalid(
            f"generation_config.thinking_level '{level}' is not supported by {model}; "
            f"it takes {', '.join(levels)}."
        )


def thinking_level(model: str, asked: str | None) -> str:
    """The level at which a model answers: the one asked for, else its own (section 5).

    A model that does not think unasked stays at `minimal`.
    """
    if asked is not None:
        return asked
    listed = _listed(model)
    if listed is None or not listed.thinking or model == "gemini-2.5-flash-lite":
        return "minimal"
    levels = listed.model.thinking_levels
    return listed.model.default_level or ("medium" if "medium" in levels else levels[-1])
