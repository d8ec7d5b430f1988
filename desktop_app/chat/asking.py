"""From what the person chose to the request that goes out, and to the words when it is refused."""

from dataclasses import replace

from desktop_app.chat.echoes import without_echo
from desktop_app.chat.preferences import Preferences
from desktop_app.gemini.errors import CAME_KEPT, KEPT, GeminiError, InvalidRequest
from desktop_app.interactions.calls import REFUSED, refusals
from desktop_app.interactions.content import Content, TextContent
from desktop_app.interactions.conversation import Context
from desktop_app.interactions.event_codec import EVENT_TYPES
from desktop_app.interactions.generation import GenerationConfig, InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.jsonvalue import JsonValue
from desktop_app.interactions.models import Model
from desktop_app.interactions.outcome import Failure
from desktop_app.interactions.steps import FunctionCallStep, ModelOutputStep, UserInputStep
from desktop_app.settings.settings import Settings


def request_of(settings: Settings, model: Model, thinking_level: str | None) -> InteractionRequest:
    """How a turn is asked, without its input; what is left to the model is not sent."""
    temperature = settings.temperature
    if temperature is not None and model.max_temperature is not None:
        temperature = min(temperature, model.max_temperature)
    config = GenerationConfig(
        temperature=temperature,
        max_output_tokens=settings.max_output_tokens,
        thinking_level=thinking_level if thinking_level in model.thinking_levels else None,
        thinking_summaries="auto" if settings.thinking_summaries else None,
    )
    return InteractionRequest(
        model=model.name,
        store=None if settings.store else False,
        background=True if settings.store and settings.background else None,
        system_instruction=settings.system_instruction.strip() or None,
        generation_config=None if config.empty else config,
    )


def new_turn(
    preferences: Preferences,
    model: str,
    thinking_level: str | None,
    previous: str | None,
    content: tuple[Content, ...],
) -> Interaction:
    """What the person says, as it is to be asked now."""
    return Interaction(
        previous=previous,
        input=content,
        request=request_of(preferences.settings, preferences.model(model), thinking_level),
        origin=str(preferences.origin),
    )


def refusal_of(
    turn: Interaction, calls: list[FunctionCallStep], preferences: Preferences
) -> Interaction:
    """Answer the calls of a turn: nothing was run."""
    return Interaction(
        previous=turn.key,
        results=refusals(calls, REFUSED),
        request=turn.request,  # the tools with it: they are not inherited
        origin=str(preferences.origin),
    )


def with_context(
    request: InteractionRequest, context: Context, turn: Interaction
) -> InteractionRequest:
    """Add the input: content alone, or steps where the server must be told what came before, or
    what the functions gave that it called.
    """
    steps = (*context.steps, *turn.results)
    if steps and turn.input:
        steps = (*steps, UserInputStep(turn.input))
    return replace(
        request,
        previous_interaction_id=context.previous_interaction_id,
        input=steps or turn.input,
    )


def for_the_rest(request: InteractionRequest, issuer: str | None, token: str) -> InteractionRequest:
    """Ask for the rest of an answer that reached the limit of one request (section 7).

    A server that stored what came finds the input there; another one is given it again.
    """
    if request.store is False or issuer is None:
        return replace(request, continuation_token=token)
    return replace(request, continuation_token=token, previous_interaction_id=issuer, input=None)


def without_what_was_refused(
    request: InteractionRequest, error: GeminiError
) -> tuple[InteractionRequest, str] | None:
    """Leave out the setting that a model refuses; say so. `None` where it refused another thing.

    What a new model does with a temperature or a level it does not take is not documented, so
    such a request is sent once more without it (specification, section 5).
    """
    if not isinstance(error, InvalidRequest):
        return None
    said = error.server_message.lower()
    name = request.model or "The model"
    if request.background and "background" in said:
        changed = replace(request, background=None)
        return changed, f"{name} does not answer in the background. It was asked without."
    config = request.generation_config
    if config is None:
        return None
    for field, word, words in (
        ("thinking_level", "thinking", "this thinking level"),
        ("temperature", "temperature", "a temperature"),
        ("thinking_summaries", "summar", "thought summaries"),
    ):
        if word in said and getattr(config, field) is not None:
            smaller = replace(config, **{field: None})
            changed = replace(request, generation_config=None if smaller.empty else smaller)
            return changed, f"{name} does not take {words}. It was asked without."
    return None


def failure_of(error: GeminiError, turn: Interaction | None = None) -> Failure:
    """The words of an error, to be kept with the turn; they say how much of it had come."""
    advice = error.advice
    words = len(turn.output_text.split()) if turn is not None else 0
    if words:
        kept = f"The {words} words above are kept." if words > 1 else "The word above is kept."
        advice = f"{kept} {advice.removeprefix(KEPT).removeprefix(CAME_KEPT).strip()}".strip()
    elif turn is not None and not turn.has_output and advice.startswith(CAME_KEPT):
        advice = f"{KEPT}{advice.removeprefix(CAME_KEPT)}"
    sentence, details = str(error), error.details
    if turn is not None and error.server_message:
        told = without_echo(error.server_message, _said_in(turn))
        sentence, details = (t.replace(error.server_message, told) for t in (sentence, details))
    return Failure(error.code, sentence, advice, details)


def _said_in(turn: Interaction) -> list[str]:
    """What the person wrote of it."""
    typed = [one.text for one in turn.input if isinstance(one, TextContent)]
    return [*typed, turn.request.system_instruction or ""]


def damage_of(turn: Interaction) -> list[str]:
    """What came of an answer and could not be read, in a developer's words, without its text."""
    kinds = (str(raw.get("event_type") or raw.get("type")) for raw in turn.unknown_events)
    return [
        *(f"{len(data)} characters that are no event" for data in turn.unreadable),
        *(f"{kind}, not in its shape" for kind in kinds if kind in EVENT_TYPES),
    ]


def failure_of_answer(turn: Interaction) -> Failure:
    """The words for an answer that ended as failed: the server says why in one of three places.

    They are `model_output.error`, `interaction.errors[]`, or nowhere (specification, section 10).
    """
    from desktop_app.gemini.error_body import make_error, read_error_object

    said: JsonValue = None
    for step in turn.steps:
        if isinstance(step, ModelOutputStep) and step.error is not None:
            said = step.error
    listed = turn.header.extra.get("errors")
    if said is None and isinstance(listed, list) and listed:
        said = listed[-1]
    if isinstance(said, dict):
        return failure_of(make_error(read_error_object(said), None), turn)
    return Failure("failed", "The server could not finish the answer.", "Try again.")
