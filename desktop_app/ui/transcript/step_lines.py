"""What the line of a tool's step says, and what it shows when it is opened; it knows no widget.

A call and its result are one line. Words are ours, everything else is quoted; what this program
does not know is shown as the JSON that it is.
"""

import json
from collections.abc import Callable, Sequence
from typing import Final, TypeAlias

from desktop_app.interactions.calls import REFUSED
from desktop_app.interactions.codec import encode_step
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.steps import (
    FunctionCallStep,
    FunctionResultStep,
    GoogleSearchCallStep,
    McpServerToolCallStep,
    McpServerToolResultStep,
    Step,
    ToolCallStep,
    ToolResultStep,
)
from desktop_app.ui.transcript.quoting import (
    as_code,
    as_json,
    as_link,
    as_list,
    as_text,
    found,
    host_of,
    join,
    links_in,
    one_line,
    string,
)
from desktop_app.values import value_class

_LONGEST: Final = 200
"""Characters of a call on its line; all of it stands in what the line opens."""

_LONGEST_QUERY: Final = 80
_MOST: Final = 100
"""So many pages, places or passages are listed; a hostile result may have a million."""


@value_class
class StepWords:
    """A line: its icon, its words, and the Markdown that it opens to, or nothing."""

    icon: str
    words: str
    more: str = ""


@value_class
class Joined:
    """A call with the result that answers it, either of which may be missing.

    `live`: the answer still comes, so what has no result yet is under way.
    """

    call: ToolCallStep | None = None
    result: ToolResultStep | None = None
    live: bool = False

    @property
    def arguments(self) -> JsonObject:
        """What the tool was asked."""
        return (self.call.arguments or {}) if self.call is not None else {}

    @property
    def running(self) -> bool:
        """Whether the tool is at work."""
        return self.live and self.result is None

    @property
    def failed(self) -> bool:
        """Whether the tool says that it failed."""
        return self.result is not None and self.result.is_error is True

    def strings(self, name: str) -> list[str]:
        """The texts of an argument that is a list, or one text."""
        value = self.arguments.get(name)
        items = value if isinstance(value, list) else [value]
        return [item for item in items if isinstance(item, str) and item.strip()][:_MOST]

    @property
    def items(self) -> list[JsonObject]:
        """The objects of the result: a list, or one alone (specification, section 9)."""
        value = self.result.result if self.result is not None else None
        found = value if isinstance(value, list) else [value]
        return [item for item in found if isinstance(item, dict)][:_MOST]


def words_of(steps: Sequence[Step], *, live: bool = False) -> StepWords:
    """Describe a step, or a call and its result."""
    call = next((step for step in steps if isinstance(step, ToolCallStep)), None)
    result = next((step for step in steps if isinstance(step, ToolResultStep)), None)
    one = call or result
    if one is None:
        return _unknown(steps)
    describe = _DESCRIBED.get(family_of(one))
    return _unknown(steps) if describe is None else describe(Joined(call, result, live))


def family_of(step: ToolCallStep | ToolResultStep) -> str:
    """The tool of a step: what its call and its result have in common."""
    return step.type.removesuffix("_call").removesuffix("_result")


def answers(call: ToolCallStep, result: ToolResultStep) -> bool:
    """Whether a result is that of a call, and may stand on its line."""
    return (
        call.id is not None and call.id == result.call_id and family_of(call) == family_of(result)
    )


# --- the server's tools ---------------------------------------------------------------------------


def _google_search(one: Joined) -> StepWords:
    queries = one.strings("queries")
    kind = one.call.search_type if isinstance(one.call, GoogleSearchCallStep) else None
    of = {"image_search": " pictures", "enterprise_web_search": " the enterprise web"}
    verb = f"{'Searching' if one.running else 'Searched'}{of.get(kind or '', ' the web')}"
    links: list[str] = []
    for item in one.items:
        links += found(item)
        html = item.get("search_suggestions")
        if isinstance(html, str):
            anchors, words = links_in(html)
            links += [as_link(text, address) for text, address in anchors]
            links += [as_text(word) for word in words if word not in queries]
    words = _sentence(f"{verb} for", queries, one, verb)
    untold = [as_text(query) for query in queries if f"“{query}”" not in words]
    more = (as_list("Searched for", untold), as_list("Found", links))
    return StepWords("search", words, _body(one, *more))


def _url_context(one: Joined) -> StepWords:
    urls = one.strings("urls") or [text for item in one.items if (text := string(item, "url"))]
    status = {string(item, "url"): string(item, "status") for item in one.items}
    hosts = list(dict.fromkeys(host_of(url) or url for url in urls))
    verb = "Reading" if one.running else "Read"
    if len(hosts) == 1 and len(urls) > 1:
        words = f"{verb} {len(urls)} pages of {one_line(hosts[0], _LONGEST_QUERY)}"
    elif hosts:
        words = f"{verb} {_and([one_line(host, _LONGEST_QUERY) for host in hosts])}"
    else:
        words = f"{verb} web pages"
    bad = [url for url in urls if status.get(url, "success") not in ("success", "")]
    if bad:
        number = "it" if len(urls) == 1 else "none" if len(bad) == len(urls) else str(len(bad))
        could = "could" if number == "none" else "could not"
        words = f"{words}: {number} {could} be read"
    lines = [f"{as_link(url, url)}{_how_it_went(status.get(url, ''))}" for url in urls]
    return StepWords("globe", words, _body(one, as_list("", lines)))


def _how_it_went(status: str) -> str:
    known = {
        "": "",
        "success": "",
        "error": " – could not be read",
        "paywall": " – behind a paywall",
        "unsafe": " – left alone as unsafe",
    }
    return known.get(status, f" – {as_text(status)}")


def _code_execution(one: Joined) -> StepWords:
    language = string(one.arguments, "language")
    name = {"python": "Python", "bash": "a shell"}.get(language, language)
    what = f"{one_line(name, 40)} code" if name and language != "bash" else "code"
    what = "code in a shell" if language == "bash" else what
    words = f"{'Running' if one.running else 'Ran'} {what}"
    code = string(one.arguments, "code")
    parts = [as_code(code, language)] if code.strip() else []
    output = one.result.result if one.result is not None else None
    if isinstance(output, str) and output.strip():
        parts.append(f"{'Error' if one.failed else 'Output'}\n\n{as_code(output, 'text')}")
    elif output is not None and not isinstance(output, str):
        parts.append(as_json(output))
    elif one.result is not None:
        parts.append("It ended with an error." if one.failed else "It printed nothing.")
    return StepWords("terminal", f"{words}: it failed" if one.failed else words, join(parts))


def _google_maps(one: Joined) -> StepWords:
    queries = one.strings("queries")
    verb = "Looking on the map" if one.running else "Looked on the map"
    places: list[str] = []
    for item in one.items:
        listed = item.get("places")
        for place in listed[:_MOST] if isinstance(listed, list) else []:
            if isinstance(place, dict):
                places += found(place)
    return StepWords(
        "map-pin",
        _sentence(f"{verb} for", queries, one, verb),
        _body(one, as_list("Found", places)),
    )


def _file_search(one: Joined) -> StepWords:
    verb = "Searching your files" if one.running else "Searched your files"
    queries = one.strings("queries") or one.strings("query")
    lines = [line for item in one.items for line in found(item)]
    words = _sentence(f"{verb} for", queries, one, verb)
    return StepWords("file-text", words, _body(one, as_list("Found", lines)))


def _retrieval(one: Joined) -> StepWords:
    verb = "Searching a data store" if one.running else "Searched a data store"
    queries = one.strings("queries") or one.strings("query")
    lines = [line for item in one.items for line in found(item)]
    words = _sentence(f"{verb} for", queries, one, verb)
    return StepWords("database", words, _body(one, as_list("Found", lines)))


def _tool_search(one: Joined) -> StepWords:
    verb = "Looking for tools" if one.running else "Looked for tools"
    lines = [line for item in one.items for line in found(item)]
    queries = one.strings("queries") or one.strings("query")
    words = _sentence(f"{verb} for", queries, one, verb)
    return StepWords("wrench", words, _body(one, as_list("Found", lines)))


def _processing(one: Joined) -> StepWords:
    words = "Looking at the media" if one.running else "Looked at the media"
    return StepWords("eye", f"{words}: it failed" if one.failed else words, _body(one))


# --- functions ------------------------------------------------------------------------------------


def _function(one: Joined) -> StepWords:
    result = one.result
    parts: list[str] = []
    if isinstance(one.call, FunctionCallStep):
        words = f"Function: {call_words(one.call)}"
        parts.append(_arguments(one.call))
    elif isinstance(result, FunctionResultStep) and result.result == REFUSED:
        return StepWords("x", f"You refused {one_line(result.name or 'the function', 80)}")
    else:
        name = result.name if isinstance(result, FunctionResultStep) else None
        words = f"Function answered: {one_line(name or 'without a name', 80)}"
    if one.failed:
        words = f"{words}: it failed"
    if result is not None:
        parts.append(_answer(result.result))
    return StepWords("braces", words, join(parts))


def call_words(step: FunctionCallStep | McpServerToolCallStep) -> str:
    """A call on one line: the function's name, and what it is called with."""
    arguments = [
        f"{name}: {json.dumps(value, ensure_ascii=False)}"
        for name, value in (step.arguments or {}).items()
    ]
    return one_line(f"{step.name or 'without a name'}({', '.join(arguments)})", _LONGEST)


def _mcp(one: Joined) -> StepWords:
    step = one.call or one.result
    assert isinstance(step, McpServerToolCallStep | McpServerToolResultStep)
    server = one_line(step.server_name or "a server", 80)
    if isinstance(one.call, McpServerToolCallStep):
        words = f"{'Asking' if one.running else 'Asked'} {server}: {call_words(one.call)}"
    else:
        words = f"{server} answered: {one_line(step.name or 'without a name', 80)}"
    parts = [_arguments(one.call)] if one.call is not None else []
    if one.result is not None:
        parts.append(_answer(one.result.result))
    return StepWords("wrench", f"{words}: it failed" if one.failed else words, join(parts))


def _arguments(call: ToolCallStep) -> str:
    if call.arguments:
        return as_json(call.arguments)
    begun = call.extra.get("arguments")  # they broke off, or are no JSON
    return as_code(begun, "text") if isinstance(begun, str) and begun else ""


def _answer(value: JsonValue) -> str:
    """What a function gave back: a text, JSON, or a list of content."""
    if isinstance(value, str):
        return as_code(value, "text") if value.strip() else ""
    if isinstance(value, list):
        texts = [string(item, "text") for item in value if isinstance(item, dict)]
        if texts and all(texts) and len(texts) == len(value):
            return join([as_code(text, "text") for text in texts[:_MOST]])
    return "" if value is None else as_json(value)


# --- pieces ---------------------------------------------------------------------------------------


def _unknown(steps: Sequence[Step]) -> StepWords:
    shown = [_without_signature(encode_step(step)) for step in steps]
    kind = str(shown[0].get("type") or "step") if shown else "step"
    words = f"Step: {one_line(kind.replace('_', ' '), _LONGEST_QUERY)}"
    return StepWords("info", words, join([as_json(data) for data in shown]))


def _without_signature(data: JsonObject) -> JsonObject:
    return {name: value for name, value in data.items() if name != "signature"}


def _body(one: Joined, *parts: str) -> str:
    """What a line opens to; where our words have nothing to say of a result, its JSON."""
    text = join(parts)
    if one.result is None and text == "" and one.arguments.keys() <= {"queries", "query", "urls"}:
        return ""  # the line says it all
    steps = [step for step in (one.call, one.result) if step is not None]
    if not text and any(_says(step) for step in steps):
        text = join([as_json(_without_signature(encode_step(step))) for step in steps])
    return text


def _says(step: ToolCallStep | ToolResultStep) -> bool:
    said = step.arguments if isinstance(step, ToolCallStep) else step.result
    return bool(said) or bool(step.extra)


def _sentence(begin: str, queries: list[str], one: Joined, alone: str) -> str:
    quoted = [f"“{one_line(query, _LONGEST_QUERY)}”" for query in queries]
    words = f"{begin} {_and(quoted)}" if quoted else alone
    return f"{words}: it failed" if one.failed else words


def _and(words: list[str]) -> str:
    """Two by name, the rest by number."""
    if len(words) <= 2:
        return " and ".join(words)
    return f"{words[0]}, {words[1]} and {len(words) - 2} more"


_Describe: TypeAlias = Callable[[Joined], StepWords]

_DESCRIBED: Final[dict[str, _Describe]] = {
    "google_search": _google_search,
    "url_context": _url_context,
    "code_execution": _code_execution,
    "google_maps": _google_maps,
    "file_search": _file_search,
    "retrieval": _retrieval,
    "tool_search": _tool_search,
    "processing": _processing,
    "function": _function,
    "mcp_server_tool": _mcp,
}
