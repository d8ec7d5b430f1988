"""Words that are not ours, written so that Markdown shows them as they are.

What a tool was asked and what it found comes from outside: none of it may become a heading, a
link to somewhere else, or the end of its own fence.
"""

import json
import re
from collections.abc import Sequence
from html.parser import HTMLParser
from typing import Final
from urllib.parse import quote, urlsplit

from desktop_app.interactions.jsonvalue import JsonObject, JsonValue
from desktop_app.overriding import override

_MARKS: Final = re.compile(r"[\\`*_{}\[\]()<>#+\-.!|~$&:@=^]")
_BREAKS: Final = re.compile(r"\s+")
_BACKTICKS: Final = re.compile(r"`+")
_SAFE: Final = "/:?#@!$&'*+,;=%-._~[]"
_LONGEST: Final = 2_000


def one_line(text: str, longest: int) -> str:
    """Write a text on one line, cut where it is too long."""
    line = _BREAKS.sub(" ", text[: 4 * longest]).strip()
    return line if len(line) <= longest else f"{line[:longest].rstrip()}…"


def escaped(line: str) -> str:
    """Write a line so that it is no Markdown: by numbers, as a backslash begins a formula, too."""
    return _MARKS.sub(lambda mark: f"&#{ord(mark[0])};", line)


def as_text(text: str) -> str:
    """Write words that are no Markdown, on one line."""
    return escaped(one_line(text, _LONGEST))


def as_link(text: str, address: str) -> str:
    """Write a link; words alone where the address leads to no web page."""
    words = as_text(text or address)
    if not is_web(address) or not words:
        return words
    # A bare address in the words would be a link by itself.
    return f"[{words}](<{quote(address, safe=_SAFE, errors='replace')}>)"


def as_code(text: str, language: str = "") -> str:
    """Write a block of code that nothing in it can end."""
    longest = max((len(run) for run in _BACKTICKS.findall(text)), default=0)
    fence = "`" * max(3, longest + 1)
    word = re.sub(r"[^\w+#.-]", "", language)[:40]
    return f"{fence}{word}\n{text.rstrip(chr(10))}\n{fence}"


def as_json(value: JsonValue) -> str:
    """Write a value as a block of JSON."""
    return as_code(json.dumps(value, ensure_ascii=False, indent=2), "json")


def is_web(address: str) -> bool:
    """Whether an address is that of a web page."""
    return address.lower().startswith(("https://", "http://")) and bool(host_of(address))


def host_of(address: str) -> str:
    """The host of an address as it is shown; empty where there is none."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return ""
    return host.removeprefix("www.")


def found(item: JsonObject) -> list[str]:
    """Write a page, a place or a passage: its title as a link, and what it says."""
    address = next((text for key in ("url", "uri", "link") if (text := string(item, key))), "")
    keys = ("title", "name", "display_name", "file_name")
    title = next((text for key in keys if (text := string(item, key))), "")
    passage = next(
        (text for key in ("text", "snippet", "address") if (text := string(item, key))), ""
    )
    if not (title or is_web(address) or passage):
        return []
    host = f" – {as_text(host_of(address))}" if title and is_web(address) else ""
    head = as_link(title, address) if title or address else ""
    said = as_text(one_line(passage, 400))
    return [f"{head}{host}{': ' if head and said else ''}{said}"]


def as_list(head: str, lines: list[str]) -> str:
    """Write a list without repeats under a few words; nothing where it is empty."""
    kept = [f"- {line}" for line in dict.fromkeys(lines) if line]
    if not kept:
        return ""
    return "\n".join([f"{head}:\n", *kept] if head else kept)


def join(parts: Sequence[str]) -> str:
    """Put blocks one under the other."""
    return "\n\n".join(part for part in parts if part)


def string(item: JsonValue, name: str) -> str:
    """The text of a field; empty where there is none."""
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, str) else ""


class _Anchors(HTMLParser):
    """Finds the links and the words of a piece of HTML; nothing of it is ever shown as HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.links: list[tuple[str, str]] = []
        self.words: list[str] = []
        self._address = ""
        self._inside: list[str] = []
        self._hidden = 0

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("style", "script"):
            self._hidden += 1
        elif tag == "a":
            self._address, self._inside = dict(attrs).get("href") or "", []

    @override
    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "script"):
            self._hidden = max(0, self._hidden - 1)
        elif tag == "a" and self._address:
            self.links.append(("".join(self._inside).strip(), self._address))
            self._address = ""

    @override
    def handle_data(self, data: str) -> None:
        if self._hidden or not data.strip():
            return
        if self._address:
            self._inside.append(data)
        else:
            self.words.append(data.strip())


def links_in(html: str) -> tuple[list[tuple[str, str]], list[str]]:
    """The links of a piece of HTML, words and address each, and the words outside of them."""
    reader = _Anchors()
    reader.feed(html[:100_000])
    reader.close()
    return reader.links, reader.words
