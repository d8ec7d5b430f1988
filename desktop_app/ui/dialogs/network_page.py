"""The page of the network: which server, by which proxy, on whose word, and whether it works."""

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget
from shiboken6 import isValid

from desktop_app.chat.preferences import Preferences
from desktop_app.errors import AppError
from desktop_app.look_alike import doubt_of
from desktop_app.origin import BadBaseUrl, check_base_url, origin_of
from desktop_app.settings.authorities import Authorities
from desktop_app.settings.settings import Settings, help_texts
from desktop_app.ui.announcing import announce
from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.page import CONTROL_WIDTH, Page
from desktop_app.ui.dialogs.proxy_rows import ProxyRows
from desktop_app.ui.dialogs.server_dialog import ServerDialog
from desktop_app.ui.fields import Chooser, FieldFrame, LineField
from desktop_app.ui.theme import Theme

if TYPE_CHECKING:
    from desktop_app.gemini.diagnosis import Diagnosis

_CERTIFICATES: Final = ["Certificates (*.pem *.crt *.cer)", "All files (*)"]
_CHECK: Final = "Asks the server for its models, and names what fails first."


class NetworkPage(Page):
    """Changes apply at once; what cannot be applied is said and changes nothing."""

    def __init__(self, theme: Theme, preferences: Preferences) -> None:
        names = ["base_url", "api_version", "proxy", "proxy_url", "proxy_user", "ca_file"]
        super().__init__(theme, "Network", names)
        self._preferences = preferences
        self._networking = preferences.networking
        self._check = preferences.check
        self._asking: ServerDialog | None = None
        self._add_server()
        self._add_check()
        self._proxy_rows = ProxyRows(self, preferences)
        self._add_authorities()
        preferences.changed.connect(self._show)
        self._show(preferences.settings)

    # --- the server ---------------------------------------------------------------------------

    def _add_server(self) -> None:
        words = help_texts()
        self._url = LineField(self.theme, "Base URL", "https://")
        self._url.editingFinished.connect(self._change_url)
        frame = FieldFrame(self.theme, self._url)
        self._url_help = words.get("base_url", "")
        self._url_row = self.add_row("Base URL", self._url_help, frame, below=True)
        self._version = Chooser(self.theme, "API version")
        self._version.setFixedWidth(CONTROL_WIDTH)
        for version in ("v1beta", "v1"):
            self._version.addItem(version, version)
        self._version.activated.connect(self._change_version)
        self.add_row("API version", words.get("api_version", ""), self._version)

    def _show(self, settings: Settings) -> None:
        self._url.setText(settings.base_url)
        self._version.setCurrentIndex(self._version.findData(settings.api_version))
        self._say_url(self._url_help, error=False)
        self._show_authorities()

    def _change_url(self) -> None:
        try:
            url = check_base_url(self._url.text())
        except BadBaseUrl as error:
            self._say_url(f"{error} {error.advice}".strip(), error=True)
            return
        origin = origin_of(url)
        doubt = doubt_of(origin) if url != self._preferences.settings.base_url else ""
        if doubt:
            self._ask(url, doubt, origin.host)
        else:
            self._preferences.update(base_url=url)

    def _ask(self, url: str, doubt: str, host: str) -> None:
        if self._asking is not None and isValid(self._asking):
            return  # the field loses the focus to the question
        self._asking = ServerDialog(self.theme, doubt, host, "Keep the one in use", self.window())
        self._asking.decided.connect(partial(self._decide, url))
        self._asking.open()

    def _decide(self, url: str, use: bool) -> None:
        self._asking = None
        if use:
            self._preferences.update(base_url=url)
        else:
            self._show(self._preferences.settings)

    def _say_url(self, words: str, *, error: bool) -> None:
        self._url_row.help.setText(words)
        self._url_row.help.set_token("danger" if error else "quiet")

    def _change_version(self) -> None:
        self._preferences.update(api_version=str(self._version.currentData()))

    # --- the test -----------------------------------------------------------------------------

    def _add_check(self) -> None:
        self._test = Button(self.theme, "Test connection", "plain", "plug")
        self._test.clicked.connect(self._start_or_stop)
        self._test_row = self.add_row("Connection", _CHECK, self._test)
        self._check.begun.connect(self._show_begun)
        self._check.ended.connect(self._show_found)
        self.destroyed.connect(self._check.stop)
        if self._check.running:
            self._show_begun()

    def _start_or_stop(self) -> None:
        if self._check.running:
            self._check.stop()
        else:
            self._check.start()

    def _show_begun(self) -> None:
        self._name_button("Stop", "Stop the test")
        self._tell(f"Testing the connection to {self._preferences.origin.host} …", "quiet")

    def _show_found(self, found: "Diagnosis | None") -> None:
        self._name_button("Test connection", "Test connection")
        if found is None:
            self._tell("The test was stopped.", "quiet")
            return
        token = "danger" if found.failed is not None else "ok"
        self._tell(f"{found.sentence} {found.advice}".strip(), token)

    def _name_button(self, text: str, name: str) -> None:
        self._test.setText(text)
        self._test.setAccessibleName(name)
        self._test.updateGeometry()

    def _tell(self, words: str, token: str) -> None:
        self._test_row.help.setText(words)
        self._test_row.help.set_token(token)
        self._test.setAccessibleDescription(words)
        announce(self._test, words)

    # --- the own CA ---------------------------------------------------------------------------

    def _add_authorities(self) -> None:
        self._choose = Button(self.theme, "Choose file", "plain", "file-key")
        self._choose.setAccessibleName("Choose a CA file")
        self._remove = Button(self.theme, "Remove")
        self._remove.setAccessibleName("Remove the own CA")
        self._choose.clicked.connect(self._pick)
        self._remove.clicked.connect(self._forget_authorities)
        buttons = QWidget()
        layout = QHBoxLayout(buttons)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._choose)
        layout.addWidget(self._remove)
        self._ca_row = self.add_row("Own CA", help_texts().get("ca_file", " "), buttons)
        self._networking.changed.connect(self._show_authorities)
        self._networking.authorities_refused.connect(self._refuse_authorities)

    def _show_authorities(self) -> None:
        file = self._preferences.settings.ca_file
        found = self._networking.authorities
        self._remove.setVisible(bool(file))
        if not file:
            self._say_ca(help_texts().get("ca_file", ""), "quiet")
        elif found is None:
            words = f"{Path(file).name} is not in use; only what the system trusts is trusted."
            self._say_ca(words, "danger")
        else:
            self._say_ca(f"{_names(found)} Trusted beside what the system trusts.", "quiet")

    def _say_ca(self, words: str, token: str) -> None:
        self._ca_row.help.setText(words)
        self._ca_row.help.set_token(token)

    def _refuse_authorities(self, error: AppError) -> None:
        words = f"{error} {error.advice}".strip()
        self._say_ca(words, "danger")
        announce(self._choose, words)

    def _forget_authorities(self) -> None:
        self._preferences.update(ca_file="")

    def _pick(self) -> None:
        dialog = QFileDialog(self, "Choose a CA file", str(Path.home()))
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(_CERTIFICATES)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self._networking.choose_authorities)
        dialog.open()


def _names(found: Authorities) -> str:
    """Name the file and whose certificates are in it."""
    first = [f"“{name}”" for name in found.names[:2]]
    more = len(found.names) - len(first)
    if more > 0:
        first.append(f"{more} more")
    return f"{found.file_name}: {', '.join(first)}." if first else f"{found.file_name}."
