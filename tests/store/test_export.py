"""What leaves Castor as a file does nothing where it is opened, whatever was said in it."""

import csv
import io
import os
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.interactions.content import AttachmentContent, TextContent
from desktop_app.interactions.events import InteractionCompleted, InteractionHeader
from desktop_app.interactions.generation import InteractionRequest
from desktop_app.interactions.interaction import Interaction
from desktop_app.interactions.steps import ModelOutputStep
from desktop_app.markdown.blocks import Code
from desktop_app.markdown.stream import read
from desktop_app.store import conversations as queries
from desktop_app.store.database import FILE_NAME, Database
from desktop_app.store.errors import StoreError
from desktop_app.store.export import export, export_to
from desktop_app.store.rows import ConversationRow, interaction_row
from desktop_app.store.said import FORMS, Said, said_in

EVIL = (
    '<script>alert(1)</script><img src="http://127.0.0.1:9/x" onerror=x>\n'
    '=HYPERLINK("http://127.0.0.1:9")\n```\n````\n</pre>\x1b[31m\u202egnp\u0000&amp;'
)


def turn(
    key: str, previous: str | None = None, asked: str = "Hello", answer: str = "Hi"
) -> Interaction:
    made = Interaction(
        key,
        previous=previous,
        input=(
            TextContent(asked),
            AttachmentContent("image", "a" * 64, "<b>\u202ex</b>.png", "image/png", 10),
        ),
        request=InteractionRequest(model="gemini-9-flash"),
    )
    step = ModelOutputStep(content=(TextContent(answer),))
    made.restore_step(step, index=0, seconds=1.0, whole=True)
    made.apply(InteractionCompleted(InteractionHeader(id=key, status="completed")))
    return made


@pytest.fixture
def profile(tmp_path: Path) -> Path:
    """Two conversations; in the first a turn was asked anew, and only the new one is shown."""
    database = Database(tmp_path / FILE_NAME)
    database.opened.result()
    database.write_and_forget(lambda db: queries.add_attachment(db, "a" * 64, 10)).result()
    evil = ConversationRow("c1", "=1+1 <b>*x*</b>\n# y", "https://a.example", head="t3")
    kind = ConversationRow("c2", "Kind", "https://a.example", head="u1")
    for row, made in (
        (evil, turn("t1", None, "first", "one")),
        (evil, turn("t2", "t1", "not shown", "no")),
        (evil, turn("t3", "t1", EVIL, EVIL)),
        (kind, turn("u1")),
    ):
        stored = interaction_row(made, row.key, 1_000_000_000.0)
        database.write_and_forget(
            lambda db, row=row, stored=stored: queries.add_turn(db, row, stored)
        ).result()
    database.close()
    return tmp_path


def exported(profile: Path, form: str, key: str | None = None) -> str:
    out = io.StringIO(newline="")
    export(profile, key, out, form)
    return out.getvalue()


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.texts: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {f"{tag}.{name}" for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


OURS = {"html", "head", "meta", "title", "style", "body", "h1", "h2", "p", "pre"}
OUR_ATTRIBUTES = {"meta.charset", "meta.http-equiv", "meta.content", "meta.name"} | {
    "h1.dir",
    "pre.dir",
}


def tags(page: str) -> Tags:
    found = Tags()
    found.feed(page)
    found.close()
    return found


def test_a_web_page_has_what_was_said_as_text_only(profile: Path) -> None:
    page = exported(profile, "html")
    found = tags(page)
    assert found.tags == OURS
    assert found.attributes == OUR_ATTRIBUTES
    assert "default-src 'none'" in page
    assert "<script>alert(1)</script>" in "".join(found.texts)
    assert not set("\x1b\u202e\0") & set(page)


def test_a_table_has_no_formula(profile: Path) -> None:
    text = exported(profile, "csv")
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert rows[0] == ["conversation", "time", "who", "outcome", "text", "files"]
    assert {len(row) for row in rows} == {6}
    assert rows[3][:3] == ["'=1+1 <b>*x*</b>\n# y", "2001-09-09 01:46:40+00:00", "You"]
    assert not any(cell.lstrip().startswith(tuple("=+-@")) for row in rows for cell in row)


def test_markdown_keeps_what_was_typed_in_a_fence(profile: Path) -> None:
    text = exported(profile, "markdown", "c1")
    assert text.startswith("# =1\\+1 \\<b\\>")
    blocks = read(text)
    typed = [block.text for block in blocks if isinstance(block, Code)]
    assert any("<script>alert(1)</script>" in one and "gnp" in one for one in typed)
    assert "gemini\\-9\\-flash" in text
    assert not set("\x1b\u202e\0") & set(text)


@pytest.mark.parametrize("form", FORMS)
def test_what_is_on_screen_is_exported_in_its_order(profile: Path, form: str) -> None:
    text = exported(profile, form)
    assert text.index("Hello") < text.index("first") < text.index("alert(1)")
    assert "not shown" not in text
    assert "not shown" in exported(profile, "json")
    assert "first" not in exported(profile, form, "c2")


@given(st.text(), st.text(max_size=30))
def test_no_text_gets_out_of_its_place(text: str, name: str) -> None:
    said = Said(name, name, "now", text, (name,), is_input=True)
    page = tags(FORMS["html"].title(name) + FORMS["html"].turn(said))
    assert page.tags == {"h1", "h2", "p", "pre"}
    ((*cells,),) = csv.reader(io.StringIO(FORMS["csv"].turn(said), newline=""))
    assert len(cells) == 6
    assert not any(cell.lstrip().startswith(("=", "+", "-", "@")) for cell in cells)
    if text.strip():
        last = read(FORMS["markdown"].turn(said))[-1]
        assert isinstance(last, Code)


def test_an_answer_that_was_stopped_says_so() -> None:
    made = Interaction("t", input=(TextContent("a"),))
    made.cancel()
    _, answer = said_in(made, "T", 0.0)
    assert answer.outcome == "cancelled"


# --- into a file ----------------------------------------------------------------------------------


def test_a_file_is_written_whole_and_for_its_owner_alone(profile: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.html"
    file.write_text("before")
    export_to(file, profile, "c1", "html")
    assert file.read_text("utf-8") == exported(profile, "html", "c1")
    assert os.name == "nt" or file.stat().st_mode & 0o777 == 0o600
    assert list(tmp_path.glob(".castor-*")) == []


def test_what_cannot_be_exported_leaves_the_former_file(profile: Path, tmp_path: Path) -> None:
    file = tmp_path / "out.md"
    file.write_text("before")
    with pytest.raises(StoreError, match="no conversation"):
        export_to(file, profile, "c9", "markdown")
    assert file.read_text() == "before"
    with pytest.raises(StoreError, match="could not be written"):
        export_to(tmp_path / "nowhere" / "out.md", profile, "c1", "markdown")
    assert list(tmp_path.glob(".castor-*")) == []


def test_a_link_that_waits_at_the_place_is_not_followed(profile: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.write_text("precious")
    file = tmp_path / "out.csv"
    file.symlink_to(other)
    export_to(file, profile, "c2", "csv")
    assert other.read_text() == "precious"
    assert not file.is_symlink()
