"""Writes our blocks as HTML, and brings HTML into a form in which two ways to say it are one.

What this form leaves out is what our blocks leave out: whether a list is loose, titles of links,
where a line of the source ends, the words of an info string behind the first. A picture is a link
with its words and its host, as Castor shows it.
"""

import re
from html import escape
from html.parser import HTMLParser
from typing import TypeAlias

from markdown_it.token import Token

from desktop_app.markdown.blocks import (
    LINE_BREAK,
    Block,
    Code,
    Heading,
    Item,
    List,
    Math,
    Note,
    Paragraph,
    Plain,
    Quote,
    Rule,
    Span,
    Spans,
    Table,
)
from desktop_app.markdown.parse import _image

Part: TypeAlias = tuple[str, object]
"""A tag that begins or ends, or a text with its looks."""

LOOKS = ("em", "strong", "code", "del", "a")


def html_of(blocks: "list[Block] | tuple[Block, ...]") -> str:
    return "".join(_block(block) for block in blocks)


def _block(block: Block) -> str:
    match block:
        case Paragraph(spans):
            return f"<p>{_inline(spans)}</p>"
        case Heading(level, spans):
            return f"<h{level}>{_inline(spans)}</h{level}>"
        case Code(text, language):
            name = f' class="language-{escape(language)}"' if language else ""
            return f"<pre><code{name}>{escape(text)}\n</code></pre>"
        case Quote(blocks):
            return f"<blockquote>{html_of(blocks)}</blockquote>"
        case Rule():
            return "<hr />"
        case List(items, None):
            return f"<ul>{''.join(map(_item, items))}</ul>"
        case List(items, start):
            return f'<ol start="{start}">{"".join(map(_item, items))}</ol>'
        case Table():
            return _table(block)
        case Math() | Note() | Plain():
            raise AssertionError(f"CommonMark knows no {block}")


def _item(item: Item) -> str:
    checked = ' checked=""' if item.checked else ""
    box = f'<input type="checkbox"{checked} />' if item.checked is not None else ""
    return f"<li>{box}{html_of(item.blocks)}</li>"


def _table(table: Table) -> str:
    lines = [_row("th", table, table.head), *(_row("td", table, row) for row in table.rows)]
    return f"<table>{''.join(lines)}</table>"


def _row(tag: str, table: Table, row: tuple[Spans, ...]) -> str:
    cells: list[str] = []
    for align, cell in zip(table.aligns, row, strict=True):
        where = f' align="{align}"' if align else ""
        cells.append(f"<{tag}{where}>{_inline(cell)}</{tag}>")
    return f"<tr>{''.join(cells)}</tr>"


def _inline(spans: Spans) -> str:
    return "".join(_span(span) for span in spans)


def _span(span: Span) -> str:
    text = escape(span.text).replace(LINE_BREAK, "<br />")
    looks = (("code", span.code), ("del", span.strike), ("em", span.italic), ("strong", span.bold))
    for tag, has in looks:
        text = f"<{tag}>{text}</{tag}>" if has else text
    return f'<a href="{escape(span.link)}">{text}</a>' if span.link else text


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[Part] = []
        self._looks: list[tuple[str, str]] = []
        self._code: str | None = None
        self._language = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        match tag:
            case "pre":
                self._code, self._language = "", ""
            case "code" if self._code is not None:
                self._language = given.get("class", "").removeprefix("language-")
            case "em" | "strong" | "code" | "del" | "a":
                self._looks.append((tag, given.get("href", "")))
            case "img":
                self._picture(given)
            case "br":
                self._text(LINE_BREAK)
            case "p" | "thead" | "tbody":
                self.parts.append(("paragraph", None))
            case "ol":
                self.parts.append(("<ol", given.get("start", "1")))
            case "input":
                self.parts.append(("box", "checked" in given))
            case _:
                self.parts.append((f"<{tag}", given.get("align", "")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        if tag == "pre" and self._code is not None:
            self.parts.append(("code", (self._language, self._code.removesuffix("\n"))))
            self._code = None
        elif tag in LOOKS:
            if self._code is None:
                self._looks.pop()
        elif tag in ("p", "thead", "tbody"):
            self.parts.append(("paragraph", None))
        else:
            self.parts.append((f">{tag}", None))

    def handle_data(self, data: str) -> None:
        if self._code is not None:
            self._code += data
        else:
            self._text(data)

    def _picture(self, given: dict[str, str]) -> None:
        words = given.get("alt", "")
        children = [Token("text", "", 0, content=words)]
        token = Token("image", "img", 0, attrs={"src": given["src"]}, children=children)
        shown = _image(token, Span(""))
        self._text(shown.text, shown.link)

    def _text(self, data: str, link: str = "") -> None:
        looks = dict(self._looks)
        looks["a"] = link or looks.get("a", "")
        if "code" not in looks and data != LINE_BREAK:
            data = re.sub(r"[ \n]+", " ", data)
        self.parts.append(("text", (frozenset(looks.items()), data)))


def canonical(html: str) -> list[Part]:
    """The tags and texts of HTML, without spaces that nobody sees."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return _separated(_stripped(_joined(reader.parts)))


def _joined(parts: list[Part]) -> list[Part]:
    joined: list[Part] = []
    for part in parts:
        match joined[-1:], part:
            case [("text", (looks, before))], ("text", (more, text)) if looks == more:
                joined[-1] = ("text", (looks, f"{before}{text}"))
            case _:
                joined.append(part)
    return joined


def _stripped(parts: list[Part]) -> list[Part]:
    """Without spaces at the ends of blocks and of lines."""
    kept: list[Part] = []
    for at, part in enumerate(parts):
        match part:
            case ("text", (looks, str(text))):
                text = re.sub(f" ?{LINE_BREAK} ?", LINE_BREAK, text)
                before = parts[at - 1][0] if at else ""
                after = parts[at + 1][0] if at + 1 < len(parts) else ""
                text = text if before == "text" else text.lstrip(" ")
                text = text if after == "text" else text.rstrip(" ")
                if text:
                    kept.append(("text", (looks, text)))
            case _:
                kept.append(part)
    return kept


def _separated(parts: list[Part]) -> list[Part]:
    """With the ends of paragraphs only where two texts would else be one."""
    kept: list[Part] = []
    for at, part in enumerate(parts):
        if part[0] == "paragraph":
            before = kept[-1][0] if kept else ""
            after = next((name for name, _ in parts[at + 1 :] if name != "paragraph"), "")
            if before != "text" or after != "text":
                continue
        kept.append(part)
    return kept
