"""The page of the network, as a person uses it, and the badge in the header."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit, QWidget

from desktop_app.network import Proxy
from desktop_app.secret import Secret
from desktop_app.settings.settings import DEFAULTS, Settings
from desktop_app.ui.dialogs.network_page import NetworkPage
from desktop_app.ui.dialogs.settings_dialog import SettingsDialog
from desktop_app.ui.fields import Chooser, LineField
from desktop_app.ui.header import Header, shortened
from desktop_app.ui.theme import Theme
from tests.certificates import Authority
from tests.scriptserver import Request, Writer, answer, answers, script_server
from tests.ui.windows import (
    FOLDERS,
    KEYCHAIN,
    button,
    click,
    dialog,
    eventually,
    main_window,
    press,
    taken_away,
    type_text,
    words_of,
)
from tests.world import MemoryKeychain, World, world

pytestmark = pytest.mark.usefixtures("loop_factory")

NOWHERE = "http://127.0.0.1:1"
AUTHORITY = Authority("Corp Root CA")
MODELS = answer(
    b'{"models": [{"name": "models/gemini-9-flash",'
    b' "supportedGenerationMethods": ["generateContent"]}]}'
)
FLASH = replace(DEFAULTS, model="gemini-9-flash")


@asynccontextmanager
async def page_of(w: World, theme: Theme) -> AsyncGenerator[NetworkPage]:
    """The settings, open at the page of the network."""
    parent = QWidget()
    with taken_away(parent):
        parent.show()
        parent.activateWindow()
        await eventually(parent.isActiveWindow)
        opened = SettingsDialog(theme, w.preferences, FOLDERS, KEYCHAIN, parent)
        opened.resize(760, 1100)
        opened.open_page("Network")
        opened.show()
        opened.activateWindow()
        await eventually(opened.isActiveWindow)
        (page,) = opened.findChildren(NetworkPage)
        yield page


def field(page: QWidget, name: str) -> QLineEdit:
    (found,) = [one for one in page.findChildren(LineField) if one.accessibleName() == name]
    return found


def own_ca(header: Header) -> str:
    """What a screen reader is told of the badge in sight."""
    badge = header._own_ca
    return badge.accessibleName() if badge is not None and badge.isVisible() else ""


def choose_proxy(page: QWidget, value: str) -> None:
    (chooser,) = [one for one in page.findChildren(Chooser) if one.accessibleName() == "Proxy"]
    chooser.setCurrentIndex(chooser.findData(value))
    chooser.activated.emit(chooser.currentIndex())


def enter(page: QWidget, name: str, text: str) -> None:
    """Type into an empty field and press Enter."""
    one = field(page, name)
    one.setFocus()
    one.selectAll()
    type_text(one, text)
    press(one, Qt.Key.Key_Return)


def holds(folder: Path, text: str) -> bool:
    return any(text.encode() in p.read_bytes() for p in folder.rglob("*") if p.is_file())


@pytest.fixture
def announced(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What a screen reader is given to say."""
    said: list[str] = []

    def note(_widget: QWidget, words: str) -> None:
        said.append(words)

    for place in ("network_page", "proxy_rows"):
        monkeypatch.setattr(f"desktop_app.ui.dialogs.{place}.announce", note)
    return said


# --- the proxy ------------------------------------------------------------------------------------


async def test_the_systems_proxy_is_named(
    tmp_path: Path, theme: Theme, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://ada:pw@proxy.test:3128")
    async with world(tmp_path, "") as w, page_of(w, theme) as page:
        await eventually(lambda: "The system names http://proxy.test:3128." in words_of(page))
        assert "Proxy address" not in words_of(page)
        choose_proxy(page, "none")
        assert "The system names" not in words_of(page)
        assert w.preferences.settings.proxy == "none"


async def test_an_own_proxy_holds_when_its_address_is_one(
    tmp_path: Path, theme: Theme, announced: list[str]
) -> None:
    async with world(tmp_path, "") as w, page_of(w, theme) as page:
        choose_proxy(page, "own")
        assert "Until then the choice before holds." in words_of(page)
        assert w.preferences.settings.proxy == "system"
        enter(page, "Proxy address", "proxy.test")
        assert "The proxy’s address needs a port." in words_of(page)
        assert announced[-1].startswith("The proxy’s address needs a port.")
        w.preferences.update(zoom=125)
        assert field(page, "Proxy address").text() == "proxy.test", "what was typed stays"
        assert "needs a port" in words_of(page)
        enter(page, "Proxy address", "proxy.test:3128")
        assert field(page, "Proxy address").text() == "http://proxy.test:3128"
        assert w.preferences.settings.proxy == "own"
        network = w.preferences.networking.network
        assert network.proxy == Proxy("http", "proxy.test", 3128)
        enter(page, "User name for the proxy", "ada")
        assert w.preferences.settings.proxy_user == "ada"
        choose_proxy(page, "none")
        choose_proxy(page, "own")
        assert w.preferences.settings.proxy == "own"


async def test_a_user_name_before_the_address_leaves_the_choice_on_screen(
    tmp_path: Path, theme: Theme
) -> None:
    async with world(tmp_path, "") as w, page_of(w, theme) as page:
        choose_proxy(page, "own")
        enter(page, "User name for the proxy", "ada")
        assert field(page, "Proxy address").isVisible()


async def test_a_password_is_hidden_kept_and_forgotten(
    tmp_path: Path, theme: Theme, announced: list[str]
) -> None:
    keychain = MemoryKeychain()
    settings = replace(DEFAULTS, proxy="own", proxy_url="http://proxy.test:3128", proxy_user="ada")
    async with world(tmp_path, "", keychain, settings) as w, page_of(w, theme) as page:
        password = field(page, "Password for the proxy")
        assert password.echoMode() is QLineEdit.EchoMode.Password
        assert "never in a file" in words_of(page)
        type_text(password, "correct horse")
        click(button(page, "Use this password"))
        await eventually(lambda: "The password is kept in a test." in words_of(page))
        assert announced == ["The password is kept in a test."]
        assert password.text() == ""
        assert list(keychain.kept.values()) == [Secret("correct horse")]
        click(button(page, "Forget the password"))
        await eventually(lambda: not keychain.kept)
        assert "There is none." in words_of(page)
    assert not holds(tmp_path, "correct horse")


async def test_a_password_without_a_user_is_refused_and_stays_in_its_field(
    tmp_path: Path, theme: Theme
) -> None:
    settings = replace(DEFAULTS, proxy="own", proxy_url="http://proxy.test:3128")
    async with world(tmp_path, "", settings=settings) as w, page_of(w, theme) as page:
        enter(page, "Password for the proxy", "correct horse")
        assert "Enter the user name first." in words_of(page)
        assert field(page, "Password for the proxy").text() == "correct horse"
        assert w.preferences.networking.password is None


async def test_the_page_can_be_reset(tmp_path: Path, theme: Theme) -> None:
    settings = replace(
        DEFAULTS, proxy="own", proxy_url="http://proxy.test:3128", proxy_user="ada", zoom=125
    )
    async with world(tmp_path, "", settings=settings) as w, page_of(w, theme) as page:
        window = page.window()
        assert isinstance(window, SettingsDialog)
        click(button(window, "Reset this page"))
        assert w.preferences.settings == replace(DEFAULTS, zoom=125)
        assert not field(page, "Proxy address").isVisible()


# --- the test -------------------------------------------------------------------------------------


async def test_a_test_says_what_it_found_aloud(
    tmp_path: Path, theme: Theme, announced: list[str]
) -> None:
    async with script_server(answers(MODELS)) as server:
        async with world(tmp_path, server.base_url, settings=FLASH) as w:
            async with page_of(w, theme) as page:
                click(button(page, "Test connection"))
                assert "Testing the connection to 127.0.0.1 …" in words_of(page)
                await eventually(lambda: "Connection is fine: 1 model, " in words_of(page))
                assert button(page, "Test connection").text() == "Test connection"
    assert announced[0] == "Testing the connection to 127.0.0.1 …"
    assert announced[1].startswith("Connection is fine: 1 model, ")
    assert len(announced) == 2


async def test_what_failed_is_named(tmp_path: Path, theme: Theme, announced: list[str]) -> None:
    async with world(tmp_path, NOWHERE) as w, page_of(w, theme) as page:
        click(button(page, "Test connection"))
        await eventually(lambda: len(announced) == 2)
        words = "127.0.0.1 could not be reached. Check the network and try again."
        assert announced[1] == words
        assert words in words_of(page)


async def test_a_test_can_be_stopped_and_ends_with_the_page(
    tmp_path: Path, theme: Theme, announced: list[str]
) -> None:
    async def silence(_request: Request, writer: Writer) -> None:
        await writer.wait_closed()

    async with script_server(silence) as server, world(tmp_path, server.base_url) as w:
        async with page_of(w, theme) as page:
            click(button(page, "Test connection"))
            click(button(page, "Stop the test"))
            await eventually(lambda: "The test was stopped." in words_of(page))
            assert announced[-1] == "The test was stopped."
            click(button(page, "Test connection"))
            assert w.preferences.check.running
        await eventually(lambda: not w.preferences.check.running)


# --- the own CA -----------------------------------------------------------------------------------


async def test_an_own_ca_is_chosen_shown_in_the_header_and_removed(
    tmp_path: Path, theme: Theme, announced: list[str]
) -> None:
    file = tmp_path / "corp.pem"
    file.write_text(AUTHORITY.pem)
    bad = tmp_path / "bad.pem"
    bad.write_text("nothing")
    async with world(tmp_path, "") as w, main_window(w, theme) as window:
        header = window.pane.header
        window._dialogs.open_settings("Network")
        settings = dialog(window, SettingsDialog)
        settings.resize(760, 1100)
        (page,) = settings.findChildren(NetworkPage)
        for chosen in (bad, file):
            click(button(page, "Choose a CA file"))
            picker = dialog(window, QFileDialog)
            picker.fileSelected.emit(str(chosen))
            picker.close()
            if chosen == bad:
                await eventually(lambda: "There is no certificate in bad.pem." in words_of(page))
                assert announced[-1].startswith("There is no certificate in bad.pem.")
                assert own_ca(header) == ""
        await eventually(lambda: own_ca(header))
        assert own_ca(header) == "Own CA: corp.pem"
        assert "corp.pem: “Corp Root CA”. Trusted beside what the system trusts." in words_of(page)
        click(button(page, "Remove the own CA"))
        await eventually(lambda: not own_ca(header))
        assert w.preferences.settings.ca_file == ""


async def test_the_badge_keeps_clear_of_figures_title_and_menu(
    tmp_path: Path, theme: Theme
) -> None:
    settings = with_ca(tmp_path, "a-very-long-name-of-a-company-and-its-root-certificate.pem")
    async with world(tmp_path, "", settings=settings) as w, main_window(w, theme) as window:
        await w.preferences.networking.load()
        header = window.pane.header
        header.show_title("A title that is far too long to fit " * 3, conversation=True)
        for other in ("", "Not stored at Google"):
            header.show_badge(other, "")
            for tokens in (0, 3412, 1_048_576):
                for width in (640, 900, 1600):
                    window.resize(width, 600)
                    header.show_tokens(tokens)
                    shown = header._badges if other else header._badges[1:]
                    right = header._figures_left
                    for one in shown:
                        assert one.isVisible()
                        assert one.height() == 24
                        assert one.geometry().right() < right
                        assert one.x() >= header._title_left
                        right = one.x()
        w.preferences.use_demo(NOWHERE)
        assert own_ca(header) == "", "the demo is not reached on anybody’s word"


def test_a_long_name_is_cut_in_its_middle() -> None:
    assert shortened("corp-root.pem") == "corp-root.pem"
    assert shortened("the-root-certificate-of-a-company.pem") == "the-root-ce…-company.pem"
    assert len(shortened("x" * 300)) == 24


async def test_a_ca_that_could_not_be_read_is_said_on_the_page(
    tmp_path: Path, theme: Theme
) -> None:
    settings = replace(DEFAULTS, ca_file=str(tmp_path / "gone.pem"))
    async with world(tmp_path, "", settings=settings) as w, page_of(w, theme) as page:
        await w.preferences.networking.load()
        assert "gone.pem is not in use; only what the system trusts is trusted." in words_of(page)
        click(button(page, "Remove the own CA"))
        assert "gone.pem" not in words_of(page)


def with_ca(folder: Path, name: str = "corp.pem") -> Settings:
    (folder / name).write_text(AUTHORITY.pem)
    return replace(DEFAULTS, ca_file=str(folder / name))
