"""Steps: what a person put in, and what a model did and said (specification, section 9).

A tool's arguments and results stay JSON: their shape belongs to the tool. Unknown fields are kept
in `extra`, a step of an unknown type whole in `UnknownStep.raw`. `None` means absent.
"""

from dataclasses import field
from typing import ClassVar, TypeAlias

from desktop_app.interactions.content import Content, Extra
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.values import value_class


@value_class
class UserInputStep:
    """What the person put in."""

    type: ClassVar[str] = "user_input"
    content: tuple[Content, ...] | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])


@value_class
class ModelOutputStep:
    """What the model says; `error` is a google.rpc.Status (section 10)."""

    type: ClassVar[str] = "model_output"
    content: tuple[Content, ...] | None = None
    error: JsonObject | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])


@value_class
class ThoughtStep:
    """What the model thought: an opaque `signature` that must go back, and maybe a summary."""

    type: ClassVar[str] = "thought"
    signature: str | None = None
    summary: tuple[Content, ...] | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])


@value_class
class ToolCallStep:
    """What all calls of tools have in common."""

    type: ClassVar[str] = ""
    id: str | None = None
    arguments: JsonObject | None = None
    signature: str | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])


@value_class
class ToolResultStep:
    """What all results of tools have in common: `call_id` names the call they answer."""

    type: ClassVar[str] = ""
    call_id: str | None = None
    result: JsonValue = None
    is_error: bool | None = None
    signature: str | None = None
    extra: Extra = field(default_factory=dict[str, JsonValue])


@value_class
class FunctionCallStep(ToolCallStep):
    """Asks the client to run one of its functions."""

    type: ClassVar[str] = "function_call"
    name: str | None = None


@value_class
class FunctionResultStep(ToolResultStep):
    """Gives a function's result back: a string, an object or a list of content."""

    type: ClassVar[str] = "function_result"
    name: str | None = None


@value_class
class GoogleSearchCallStep(ToolCallStep):
    """A web search, run by the server."""

    type: ClassVar[str] = "google_search_call"
    search_type: str | None = None


class GoogleSearchResultStep(ToolResultStep):
    """What the web search found; a list, or an object on one documentation page."""

    type: ClassVar[str] = "google_search_result"


class UrlContextCallStep(ToolCallStep):
    """Web pages fetched by the server."""

    type: ClassVar[str] = "url_context_call"


class UrlContextResultStep(ToolResultStep):
    """Which of the pages could be read."""

    type: ClassVar[str] = "url_context_result"


class CodeExecutionCallStep(ToolCallStep):
    """Code run by the server; `arguments` holds `language` and `code`."""

    type: ClassVar[str] = "code_execution_call"


class CodeExecutionResultStep(ToolResultStep):
    """What the code printed, as one string."""

    type: ClassVar[str] = "code_execution_result"


class GoogleMapsCallStep(ToolCallStep):
    """A search on the map, run by the server."""

    type: ClassVar[str] = "google_maps_call"


class GoogleMapsResultStep(ToolResultStep):
    """The places found."""

    type: ClassVar[str] = "google_maps_result"


class FileSearchCallStep(ToolCallStep):
    """A search in the person's file stores, run by the server."""

    type: ClassVar[str] = "file_search_call"


class FileSearchResultStep(ToolResultStep):
    """The passages found."""

    type: ClassVar[str] = "file_search_result"


@value_class
class McpServerToolCallStep(ToolCallStep):
    """A tool of a remote MCP server, called by the server."""

    type: ClassVar[str] = "mcp_server_tool_call"
    name: str | None = None
    server_name: str | None = None


@value_class
class McpServerToolResultStep(ToolResultStep):
    """What the MCP tool answered."""

    type: ClassVar[str] = "mcp_server_tool_result"
    name: str | None = None
    server_name: str | None = None


class RetrievalCallStep(ToolCallStep):
    """A retrieval (Vertex), run by the server."""

    type: ClassVar[str] = "retrieval_call"


class RetrievalResultStep(ToolResultStep):
    """What was retrieved."""

    type: ClassVar[str] = "retrieval_result"


class ToolSearchCallStep(ToolCallStep):
    """A search among deferred tools, run by the server."""

    type: ClassVar[str] = "tool_search_call"


class ToolSearchResultStep(ToolResultStep):
    """The tools found."""

    type: ClassVar[str] = "tool_search_result"


class ProcessingCallStep(ToolCallStep):
    """An analysis of media, run by the server."""

    type: ClassVar[str] = "processing_call"


class ProcessingResultStep(ToolResultStep):
    """What the analysis gave."""

    type: ClassVar[str] = "processing_result"


@value_class
class UnknownStep:
    """Keeps a step of a type this program has never heard of."""

    raw: Extra


Step: TypeAlias = (
    UserInputStep | ModelOutputStep | ThoughtStep | ToolCallStep | ToolResultStep | UnknownStep
)
