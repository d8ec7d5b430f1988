"""What is asked of a model: the body of create (specification, sections 4 and 5)."""

from dataclasses import field
from typing import TypeAlias

from desktop_app.interactions.content import Content, Extra
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.steps import Step
from desktop_app.values import value_class


@value_class
class GenerationConfig:
    """How a model generates; `None` leaves the choice to the model.

    `temperature` is 0 to 2 and at most the model's own maximum. `max_output_tokens` counts the
    thinking too. `thinking_level` is minimal, low, medium, high or xhigh, as far as the model
    takes it; `thinking_summaries` is auto or none. There is no `top_k` and no `thinking_budget`.
    """

    temperature: float | None = None
    top_p: float | None = None
    max_output_tokens: int | None = None
    stop_sequences: tuple[str, ...] | None = None
    seed: int | None = None
    thinking_level: str | None = None
    thinking_summaries: str | None = None
    tool_choice: str | JsonObject | None = None
    speech_config: JsonValue = None
    extra: Extra = field(default_factory=dict[str, JsonValue])

    @property
    def empty(self) -> bool:
        """Whether everything is left to the model."""
        return self == GenerationConfig()


Input: TypeAlias = str | Content | tuple[Content, ...] | tuple[Step, ...]


@value_class
class InteractionRequest:
    """One call of create. Exactly one of `model` and `agent` is set.

    `store` is `None` for the server's default (true). `tools`, `response_format`, `agent_config`
    and `environment` stay JSON: their shape belongs to the tool or agent.
    """

    model: str | None = None
    agent: str | None = None
    input: Input | None = None
    stream: bool | None = None
    store: bool | None = None
    background: bool | None = None
    previous_interaction_id: str | None = None
    continuation_token: str | None = None
    system_instruction: str | None = None
    generation_config: GenerationConfig | None = None
    tools: tuple[JsonObject, ...] | None = None
    response_format: JsonValue = None
    agent_config: JsonObject | None = None
    environment: str | JsonObject | None = None
    service_tier: str | None = None
    labels: JsonObject | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])
