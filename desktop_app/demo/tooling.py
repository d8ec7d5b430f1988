"""Tools: when the demo calls one, and what it says of it.

A function is called when the person names it, or one of its words of at least four letters, or
writes "use the tool"; always with `tool_choice` any, never with none, and never in answer to
results. The model `demo-function-call` calls one that nobody offered. Of the server's own tools,
`google_search` is used for every question, `url_context` for addresses in it, `code_execution`
where it speaks of code or reckoning. Nothing is searched, fetched or run: the steps say so.
"""

import json
import re
from dataclasses import dataclass
from typing import Final

from desktop_app.demo.filling import Filling
from desktop_app.demo.question import Question
from desktop_app.demo.skills.reply import Reply
from desktop_app.interactions.content import TextContent, UrlCitation
from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.interactions.steps import (
    CodeExecutionCallStep,
    CodeExecutionResultStep,
    FunctionCallStep,
    FunctionResultStep,
    GoogleSearchCallStep,
    GoogleSearchResultStep,
    Step,
    UrlContextCallStep,
    UrlContextResultStep,
)

_VERBS: Final = frozenset(("call", "fetch", "find", "list", "make", "send", "show", "tool"))
_LONGEST_QUERY: Final = 60
_LONGEST_RESULT: Final = 800
_MOST_PAGES: Final = 5
_FOUND_PAGE: Final = "https://example.com/"
_CITED: Final = (
    "A made-up search says that example.com may be used in examples without asking anyone."
)


@dataclass(frozen=True)
class ToolUse:
    """What the server's tools did: their `steps`, and sentences about it for the answer."""

    steps: tuple[Step, ...] = ()
    sentences: tuple[str, ...] = ()


_UNASKED: Final[JsonObject] = {
    "type": "function",
    "name": "get_weather",
    "parameters": {
        "type": "object",
        "properties": {"place": {"type": "string"}, "days": {"type": "integer", "minimum": 3}},
        "required": ["place", "days"],
    },
}
UNASKED_TOOLS: Final[dict[str, JsonObject]] = {"demo-function-call": _UNASKED}
"""The models that call a function unasked, as a model of a newer API may."""


# --- functions ------------------------------------------------------------------------------------


def functions_to_call(question: Question) -> list[JsonObject]:
    """Choose the functions that are to be called now; none in answer to results."""
    functions = [tool for tool in question.tools if tool.get("type") == "function"]
    mode, allowed = _choice(question.tool_choice)
    if allowed:
        functions = [tool for tool in functions if tool.get("name") in allowed]
    if not functions or question.now.results or mode == "none":
        return []
    named = [tool for tool in functions if _is_named(str(tool["name"]), question.words)]
    if not named and (mode == "any" or re.search(r"\buse (the|a|your) tools?\b", question.words)):
        return functions[:1]
    return named


def _choice(tool_choice: str | JsonObject | None) -> tuple[str, list[JsonValue]]:
    if isinstance(tool_choice, dict):
        allowed = tool_choice.get("allowed_tools")
        if isinstance(allowed, dict):
            names = allowed.get("tools")
            return str(allowed.get("mode", "auto")), names if isinstance(names, list) else []
    return (tool_choice if isinstance(tool_choice, str) else "auto"), []


def _is_named(name: str, words: str) -> bool:
    if name.lower() in words:
        return True
    parts = re.findall(r"[A-Z]?[a-z]{3,}", name)
    own = {part.lower() for part in parts if len(part) > 3} - _VERBS
    return any(re.search(rf"\b{re.escape(part)}s?\b", words) for part in own)


def call_function(tool: JsonObject, call_id: str, text: str) -> FunctionCallStep:
    """Call a function with arguments that its schema takes."""
    schema = tool.get("parameters")
    filled = Filling(schema, text).value(schema) if isinstance(schema, dict) else {}
    arguments = filled if isinstance(filled, dict) else {}
    return FunctionCallStep(id=call_id, name=str(tool["name"]), arguments=arguments)


def quote_results(question: Question) -> Reply | None:
    """Say what the functions gave back."""
    results = question.now.results
    if not results:
        return None
    parts = [f"{_what_came(step)}:\n\n{_as_code(step)}" for step in results]
    return Reply("The results are here. " + "\n\n".join(parts), "the results of the tools")


def _what_came(step: FunctionResultStep) -> str:
    name = f"`{step.name}`" if step.name else "The function"
    return f"{name} gave back{' an error' if step.is_error else ''}"


def _as_code(step: FunctionResultStep) -> str:
    result = step.result
    if isinstance(result, list):
        texts = [item.get("text") for item in result if isinstance(item, dict)]
        result = "\n".join(text for text in texts if isinstance(text, str))
    text = result if isinstance(result, str) else json.dumps(result, ensure_ascii=False)
    text = text[:_LONGEST_RESULT].replace("```", "'''")
    return f"```\n{text}\n```"


# --- the server's own tools -----------------------------------------------------------------------


def use_server_tools(question: Question, interaction_id: str) -> ToolUse:
    """Stand in for the server's tools that the question asks for."""
    kinds = [str(tool.get("type")) for tool in question.tools]
    if not question.text or question.now.results or question.tool_choice == "none":
        return ToolUse()
    steps: list[Step] = []
    sentences: list[str] = []

    def name_and_sign() -> tuple[str, str]:
        number = len(steps)
        seals = question.seals
        return seals.call_id(interaction_id, number), seals.signature(interaction_id, str(number))

    if "google_search" in kinds:
        steps += _search(question, *name_and_sign())
        sentences.append(_CITED)
    urls = re.findall(r"https?://[^\s<>\"')\]]+", question.text)[:_MOST_PAGES]
    if "url_context" in kinds and urls:
        steps += _fetch(urls, *name_and_sign())
        sentences.append(f"I did not read {' or '.join(urls)}: this server is offline.")
    if "code_execution" in kinds and re.search(
        r"\b(code|run|python|bash|plot|compute|calculate|program|script)\b", question.words
    ):
        steps += _run_code(*name_and_sign())
        sentences.append("The code above was not run either.")
    others = sorted(set(kinds) - {"function", "google_search", "url_context", "code_execution"})
    if others:
        sentences.append(f"I have no {', '.join(others)} here.")
    return ToolUse(tuple(steps), tuple(sentences))


def _search(question: Question, call_id: str, signature: str) -> list[Step]:
    query = " ".join(question.text.split())[:_LONGEST_QUERY]
    return [
        GoogleSearchCallStep(id=call_id, arguments={"queries": [query]}, signature=signature),
        GoogleSearchResultStep(
            call_id=call_id,
            result=[{"search_suggestions": '<div class="chip">Castor offline demo</div>'}],
            is_error=False,
            signature=signature,
        ),
    ]


def _fetch(urls: list[str], call_id: str, signature: str) -> list[Step]:
    addresses: list[JsonValue] = list(urls)
    pages: list[JsonValue] = [{"url": url, "status": "error"} for url in urls]
    return [
        UrlContextCallStep(id=call_id, arguments={"urls": addresses}, signature=signature),
        UrlContextResultStep(call_id=call_id, result=pages, is_error=True, signature=signature),
    ]


def _run_code(call_id: str, signature: str) -> list[Step]:
    return [
        CodeExecutionCallStep(
            id=call_id,
            arguments={"language": "python", "code": 'print("Castor offline demo")\n'},
            signature=signature,
        ),
        CodeExecutionResultStep(
            call_id=call_id,
            result="Nothing was run: this is Castor's offline demo.\n",
            is_error=False,
            signature=signature,
        ),
    ]


def cite(text: str) -> TextContent:
    """Make the block of an answer, and mark the sentence that a search is said to have found.

    The positions are those of UTF-8 bytes (specification, section 9).
    """
    found = re.search(re.escape(_CITED), text, re.IGNORECASE)
    if found is None:
        return TextContent(text)
    start = len(text[: found.start()].encode("utf-8"))
    end = start + len(found[0].encode("utf-8"))
    citation = UrlCitation(
        url=_FOUND_PAGE, title="Example Domain", start_index=start, end_index=end
    )
    return TextContent(text, (citation,))
