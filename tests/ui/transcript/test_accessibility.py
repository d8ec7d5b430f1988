"""A text is a tree to a screen reader, whatever happens to its view meanwhile."""

import gc
from collections.abc import Iterator

import pytest
import shiboken6
from PySide6.QtCore import QCoreApplication, QEvent, QObject
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.interactions.content import AttachmentContent
from desktop_app.ui.spoken_roles import install_roles
from desktop_app.ui.theme import Theme
from desktop_app.ui.transcript.blocks_view import BlocksView
from desktop_app.ui.transcript.pictures import Picture
from tests.ui.laying import lay_out_all

Role = QAccessible.Role
NAME = QAccessible.Text.Name

TEXT = """# A title

Some [linked](https://example.com) words.

```python
print(1)
```

- item
"""


@pytest.fixture(autouse=True)
def _roles() -> None:
    install_roles()


def shown(theme: Theme, qtbot: QtBot, text: str = TEXT) -> BlocksView:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    view.show_text(text)
    view.finish()
    view.resize(720, lay_out_all(view))
    view.show()
    return view


def interface(view: BlocksView) -> QAccessibleInterface:
    found = QAccessible.queryAccessibleInterface(view)
    assert found is not None
    return found


def children(of: QAccessibleInterface) -> list[QAccessibleInterface]:
    return [of.child(number) for number in range(of.childCount())]


def told(of: QAccessibleInterface) -> list[tuple[Role, str]]:
    return [(child.role(), child.text(NAME)) for child in children(of)]


def walk(of: QAccessibleInterface) -> Iterator[QAccessibleInterface]:
    yield of
    for child in children(of):
        yield from walk(child)


def delete(thing: QObject) -> None:
    thing.deleteLater()
    QCoreApplication.sendPostedEvents(thing, QEvent.Type.DeferredDelete)


def test_a_text_is_a_section_of_headings_paragraphs_code_and_items(
    theme: Theme, qtbot: QtBot
) -> None:
    view = shown(theme, qtbot)
    section = interface(view)
    assert section.role() == Role.Section
    assert section.text(NAME).startswith("Answer: A title")
    things = told(section)
    assert things[:4] == [
        (Role.Heading, "A title"),
        (Role.Paragraph, "Some linked words."),
        (Role.Grouping, "Code, python"),
        (Role.ListItem, "item"),
    ]
    assert (Role.Button, "Copy code") in things[4:]
    link = section.child(1).child(0)
    assert (link.role(), link.text(NAME)) == (Role.Link, "linked")
    assert link.text(QAccessible.Text.Description) == "https://example.com"
    assert section.child(2).child(0).text(NAME).strip() == "print(1)"


def test_everything_knows_its_parent_and_its_place_in_it(theme: Theme, qtbot: QtBot) -> None:
    section = interface(shown(theme, qtbot))
    for thing in walk(section):
        for number, child in enumerate(children(thing)):
            assert child.parent() is thing
            assert thing.indexOfChild(child) == number
            assert child.isValid()


def test_each_thing_is_where_it_is_painted(theme: Theme, qtbot: QtBot) -> None:
    section = interface(shown(theme, qtbot))
    things = children(section)[:4]
    tops = [thing.rect().top() for thing in things]
    assert tops == sorted(set(tops))
    for thing in things:
        assert section.rect().contains(thing.rect())
        middle = thing.rect().center()
        assert section.childAt(middle.x(), middle.y()) is thing
    paragraph = things[1]
    assert paragraph.rect().contains(paragraph.child(0).rect())
    assert paragraph.child(0).rect().width() < paragraph.rect().width()


def test_what_grows_says_what_has_come(theme: Theme, qtbot: QtBot) -> None:
    view = BlocksView(theme, "Answer")
    qtbot.addWidget(view)
    section = interface(view)
    assert section.childCount() == 0
    view.show_text("# On")
    heading = section.child(0)
    assert heading.text(NAME) == "On"
    view.show_text("# One\n\ntwo")
    assert section.child(0) is heading
    assert heading.text(NAME) == "One"
    assert section.childCount() == 2


def test_what_is_no_more_is_not_valid_and_says_nothing(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot)
    section = interface(view)
    item, link = section.child(3), section.child(1).child(0)
    view.show_text("Only this.")
    assert section.child(99) is None
    for gone in (item, link):
        assert not gone.isValid()
        assert gone.text(NAME) == ""
        assert gone.role() == Role.NoRole
        assert gone.childCount() == 0
        assert gone.rect().isNull()


def test_what_a_reader_was_given_goes_with_its_view(theme: Theme, qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    view = BlocksView(theme, "Answer", window)
    view.show_text(TEXT)
    things = list(walk(interface(view)))
    numbers = [QAccessible.uniqueId(thing) for thing in things]
    assert len(things) > 6
    delete(view)
    gc.collect()
    assert not any(shiboken6.isValid(thing) for thing in things)
    assert [QAccessible.accessibleInterface(number) for number in numbers] == [None] * len(numbers)


def test_views_that_come_and_go_leave_nothing_behind(theme: Theme, qtbot: QtBot) -> None:
    from desktop_app.ui.transcript.accessibility import _Node

    def living() -> dict[int, object]:
        gc.collect()
        kinds = _Node | BlocksView
        return {id(one): one for one in gc.get_objects() if isinstance(one, kinds)}

    window = QWidget()
    qtbot.addWidget(window)
    before = living()  # what another test has left
    for _ in range(50):
        view = BlocksView(theme, "Answer", window)
        view.show_text(TEXT)
        assert sum(thing.isValid() for thing in walk(interface(view))) > 6
        delete(view)
        del view
    assert len(living().keys() - before.keys()) == 0


def test_a_picture_that_opens_is_a_button_and_another_file_is_none(
    theme: Theme, qtbot: QtBot
) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    for width, role in ((640, Role.Button), (None, Role.Graphic)):
        attachment = AttachmentContent("image", "a" * 64, "a.png", "image/png", 9, width, width)
        shown = Picture(theme, attachment, True, window)
        found = QAccessible.queryAccessibleInterface(shown)
        assert found is not None
        assert found.role() == role


def test_a_long_name_is_cut_but_not_what_is_in_the_text(theme: Theme, qtbot: QtBot) -> None:
    view = shown(theme, qtbot, "word " * 2000)
    section = interface(view)
    assert len(section.text(NAME)) < 2100
    assert len(section.child(0).text(NAME)) > 9000
