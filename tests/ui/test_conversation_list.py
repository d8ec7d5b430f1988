"""The conversations as rows: their headings, what each says and shows, and two thousand of them."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace

import pytest
from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, Qt
from PySide6.QtGui import QAccessible, QImage, QPalette
from PySide6.QtTest import QAbstractItemModelTester
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_app.store.rows import ConversationRow
from desktop_app.ui.sidebar.conversation_list_model import ConversationListModel, Role, group_of
from desktop_app.ui.sidebar.row_delegate import ROW, TEXT_LEFT
from desktop_app.ui.sidebar.sidebar import ConversationList
from desktop_app.ui.theme import Theme

TODAY = dt.date(2026, 10, 15)
DAY = 24 * 3600.0


def at(days_ago: int, hour: int = 12) -> float:
    date = TODAY - dt.timedelta(days=days_ago)
    return dt.datetime(date.year, date.month, date.day, hour).astimezone().timestamp()


def row(name: str, days_ago: int = 0, **more: object) -> ConversationRow:
    made = ConversationRow(f"key of {name}", name, "https://example.com", updated=at(days_ago))
    return replace(made, **more)  # type: ignore[arg-type]


def shown(model: ConversationListModel) -> list[str]:
    return [str(model.index(number).data()) for number in range(model.rowCount())]


# --- headings -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("days_ago", "heading"),
    [
        (-2, "Today"),  # the clock was wrong once
        (0, "Today"),
        (1, "Yesterday"),
        (2, "Previous 7 days"),
        (7, "Previous 7 days"),
        (8, "October"),
        (15, "September"),
        (300, "December 2025"),
    ],
)
def test_a_conversation_stands_under_the_day_it_was_last_spoken_in(
    days_ago: int, heading: str
) -> None:
    assert group_of(at(days_ago), TODAY) == heading


def test_a_day_ends_at_midnight_and_not_after_24_hours() -> None:
    assert group_of(at(1, hour=23), TODAY) == "Yesterday"
    assert group_of(at(0, hour=0), TODAY) == "Today"


def test_each_span_of_time_has_one_heading_and_the_order_is_that_of_the_rows() -> None:
    model = ConversationListModel()
    model.set_rows([row("a"), row("b"), row("c", 1), row("d", 40), row("e", 40)], TODAY)
    assert shown(model) == ["Today", "a", "b", "Yesterday", "c", "September", "d", "e"]
    assert model.conversation_keys() == [f"key of {letter}" for letter in "abcde"]


def test_a_heading_can_be_neither_chosen_nor_opened_nor_renamed() -> None:
    model = ConversationListModel()
    model.set_rows([row("a")], TODAY)
    assert model.flags(model.index(0)) == Qt.ItemFlag.NoItemFlags
    wanted = Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsEditable
    assert model.flags(model.index(1)) & wanted == wanted
    assert model.index(0).data(Role.KEY) is None


def test_the_model_keeps_the_promises_of_a_model() -> None:
    model = ConversationListModel()
    tester = QAbstractItemModelTester(
        model, QAbstractItemModelTester.FailureReportingMode.Warning
    )  # a warning of Qt's fails the test
    model.set_rows([row("a"), row("b", 1)], TODAY)
    model.set_busy("key of a", True)
    model.set_rows([row("b"), row("a")], TODAY)
    model.set_rows([], TODAY)
    assert tester.model() is model


# --- changes --------------------------------------------------------------------------------------


def test_a_new_title_changes_its_row_alone() -> None:
    model = ConversationListModel()
    model.set_rows([row("a"), row("b")], TODAY)
    resets: list[bool] = []
    changed: list[int] = []
    model.modelReset.connect(lambda: resets.append(True))
    model.dataChanged.connect(lambda first, last: changed.extend((first.row(), last.row())))
    model.set_rows([row("a"), row("b", title="new")], TODAY)
    assert shown(model) == ["Today", "a", "new"]
    assert (resets, changed) == ([], [2, 2])


def test_a_conversation_that_comes_to_the_top_takes_its_place() -> None:
    model = ConversationListModel()
    model.set_rows([row("a"), row("b", 1)], TODAY)
    model.set_rows([row("b"), row("a")], TODAY)
    assert shown(model) == ["Today", "b", "a"]


def test_a_key_that_is_not_in_the_list_has_no_place() -> None:
    model = ConversationListModel()
    model.set_rows([row("a")], TODAY)
    assert not model.index_of("another").isValid()
    assert model.index_of("key of a").row() == 1
    model.set_busy("another", True)
    assert model.busy_keys == ["another"]


# --- what a row says ------------------------------------------------------------------------------


def test_a_row_says_its_title_whether_it_is_unread_and_whether_an_answer_comes() -> None:
    model = ConversationListModel()
    model.set_rows([row("plain"), row("<b>new</b>", unread=True)], TODAY)
    said = Qt.ItemDataRole.AccessibleTextRole
    assert model.index(1).data(said) == "plain"
    assert model.index(2).data(said) == "<b>new</b>, unread"
    model.set_busy("key of <b>new</b>", True)
    assert model.index(2).data(said) == "<b>new</b>, unread, answer coming in"
    model.set_busy("key of <b>new</b>", False)
    assert not model.index(2).data(Role.BUSY)


def test_a_screen_reader_is_told_each_row_and_heading(rows: ConversationList) -> None:
    model = rows.model()
    assert isinstance(model, ConversationListModel)
    model.set_rows([row("first"), row("second", unread=True)], TODAY)
    interface = QAccessible.queryAccessibleInterface(rows)
    said = [
        interface.child(number).text(QAccessible.Text.Name)
        for number in range(interface.childCount())
    ]
    assert [words for words in said if words] == ["Today", "first", "second, unread"]
    assert interface.text(QAccessible.Text.Name) == "Conversations"


# --- what a row shows -----------------------------------------------------------------------------


@pytest.fixture
def rows(theme: Theme, qtbot: QtBot) -> Iterator[ConversationList]:
    window = QWidget()
    window.resize(252, 400)
    palette = window.palette()
    palette.setColor(QPalette.ColorRole.Window, theme.color("sidebar"))
    window.setPalette(palette)
    model = ConversationListModel(window)
    made = ConversationList(theme, model, window)
    made.setGeometry(0, 0, 251, 400)
    qtbot.addWidget(window)
    window.show()
    yield made
    window.close()


def picture_of(rows: ConversationList, title: str) -> QImage:
    """How the one conversation looks that has this title."""
    model = rows.model()
    assert isinstance(model, ConversationListModel)
    model.set_rows([ConversationRow("one", title, "", updated=at(0))], TODAY)
    rows.clearFocus()
    return look_at_row(rows, 1)


def look_at_row(rows: ConversationList, number: int) -> QImage:
    """A row as it looks on the ground of the sidebar."""
    place = rows.visualRect(rows.model().index(number, 0))
    corner = rows.viewport().mapTo(rows.window(), place.topLeft())
    return rows.window().grab(QRect(corner, place.size())).toImage()


LATIN = "What is the airspeed velocity of an unladen swallow, and of a laden one"
HEBREW = "מהי מהירות הטיסה של סנונית לא עמוסה ושל סנונית עמוסה בקוקוס גדול מאוד"


@pytest.mark.parametrize("text", [LATIN, HEBREW], ids=["latin", "hebrew"])
def test_of_a_title_that_is_too_long_the_beginning_is_shown(
    rows: ConversationList, text: str
) -> None:
    begun = picture_of(rows, text)
    assert begun == picture_of(rows, f"{text} {text}")
    first = text[0]
    assert begun != picture_of(rows, text.replace(first, text[5], 1))


@pytest.mark.parametrize("text", [LATIN, HEBREW], ids=["latin", "hebrew"])
def test_a_title_that_is_too_long_fades_before_it_reaches_the_menu(
    rows: ConversationList, theme: Theme, text: str
) -> None:
    image = picture_of(rows, text * 3)
    ground = theme.color("sidebar").rgb()
    inked = [
        x
        for x in range(image.width())
        if any(image.pixel(x, y) != ground for y in range(4, ROW - 4))
    ]
    assert inked[0] >= TEXT_LEFT - 2
    assert inked[-1] <= image.width() - 8
    assert len(inked) > 150


def test_a_short_title_stands_at_the_left_whatever_its_script(
    rows: ConversationList, theme: Theme
) -> None:
    ground = theme.color("sidebar").rgb()
    for title in ("Hello", "שלום", "你好", "🚀"):
        image = picture_of(rows, title)
        inked = [
            x
            for x in range(image.width())
            if any(image.pixel(x, y) != ground for y in range(4, ROW - 4))
        ]
        assert inked, title
        assert inked[-1] < image.width() / 2, title


@pytest.mark.parametrize(
    "title",
    [
        "<img src='file:///etc/passwd'>",
        "<b>bold</b> &amp; <table><tr><td>",
        "line\nbreak\ttab",
        "\u202eevil\u2066",
        "\x00\x1b[31m",
        "e" + "\u0301" * 500,
        "\U0001d54f" * 100_000,
    ],
    ids=["picture", "markup", "breaks", "turned", "control", "zalgo", "endless"],
)
def test_no_title_is_more_than_text_on_one_line(rows: ConversationList, title: str) -> None:
    image = picture_of(rows, title)
    assert image.height() == ROW + 2
    model = rows.model()
    assert model.index(1, 0).data(Qt.ItemDataRole.AccessibleTextRole) == title
    assert model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole) is None


def test_markup_in_a_title_is_seen(rows: ConversationList) -> None:
    assert picture_of(rows, "<i>a</i>") != picture_of(rows, "a")


def test_the_chosen_row_the_unread_one_and_the_busy_one_look_different(
    rows: ConversationList,
) -> None:
    model = rows.model()
    assert isinstance(model, ConversationListModel)

    def look(**more: object) -> QImage:
        model.set_rows([replace(row("one"), **more)], TODAY)  # type: ignore[arg-type]
        return look_at_row(rows, 1)

    plain, unread = look(), look(unread=True)
    model.set_busy("key of one", True)
    busy = look()
    model.set_busy("key of one", False)
    rows.show_current("key of one")
    chosen = look()
    pictures = [plain, unread, busy, chosen]
    assert all(a != b for n, a in enumerate(pictures) for b in pictures[n + 1 :])


# --- two thousand ---------------------------------------------------------------------------------


class CountingModel(ConversationListModel):
    """Counts how often it is asked for anything."""

    asked = 0

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> object:
        self.asked += 1
        return super().data(index, role)


def test_two_thousand_conversations_are_shown_and_the_one_on_screen_is_found(
    theme: Theme, qtbot: QtBot
) -> None:
    window = QWidget()
    model = CountingModel(window)
    made = ConversationList(theme, model, window)
    made.setGeometry(0, 0, 251, 400)
    qtbot.addWidget(window)
    window.show()
    model.set_rows([row(f"conversation {n}", n // 10) for n in range(2000)], TODAY)
    made.show_current("key of conversation 1999")
    place = made.visualRect(made.currentIndex())
    assert made.viewport().rect().intersects(place)
    made.grab()
    model.asked = 0
    made.grab()
    assert model.asked < 400  # only what is in sight is painted
    model.set_busy("key of conversation 7", True)
    made.turn_rings(True)
    made.grab()  # a change of one row has all of them laid out once more
    model.asked = 0
    made._turn()
    assert model.asked < 50  # twelve times a second, so not for every row
    made.turn_rings(False)
    window.close()
