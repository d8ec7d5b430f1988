"""The rows of the proxy: which one, and, for one of the person's own, where and who."""

from typing import Final

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from desktop_app.chat.preferences import Preferences
from desktop_app.errors import AppError
from desktop_app.network import BadProxy, check_credential, read_proxy
from desktop_app.settings.settings import Settings, help_texts
from desktop_app.ui.announcing import announce
from desktop_app.ui.buttons import Button
from desktop_app.ui.dialogs.page import CONTROL_WIDTH, Page, Row
from desktop_app.ui.fields import Chooser, FieldFrame, LineField

_CHOICES: Final = (("system", "As the system says"), ("none", "None"), ("own", "Own"))
_UNTIL: Final = "Enter the proxy’s address. Until then the choice before holds."
_NO_PASSWORD: Final = "There is none. It would be kept in the system’s keyring, never in a file."


class ProxyRows(QObject):
    """Puts its rows on a page. What is no proxy is said, and changes nothing."""

    def __init__(self, page: Page, preferences: Preferences) -> None:
        super().__init__(page)
        self._page = page
        self._preferences = preferences
        self._networking = preferences.networking
        self._shown: Settings | None = None
        theme, words = page.theme, help_texts()
        self._choice = Chooser(theme, "Proxy")
        self._choice.setFixedWidth(CONTROL_WIDTH)
        for value, text in _CHOICES:
            self._choice.addItem(text, value)
        self._row = page.add_row("Proxy", words.get("proxy", ""), self._choice)
        self._row.help.setVisible(True)
        self._url = LineField(theme, "Proxy address", "http://proxy.example.com:3128")
        frame = FieldFrame(theme, self._url)
        self._url_row = page.add_row("Proxy address", words.get("proxy_url", ""), frame, below=True)
        self._user = LineField(theme, "User name for the proxy")
        user = FieldFrame(theme, self._user)
        user.setFixedWidth(CONTROL_WIDTH)
        self._user_row = page.add_row("User name", words.get("proxy_user", ""), user)
        self._password = LineField(theme, "Password for the proxy")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._keep = Button(theme, "Use")
        self._keep.setAccessibleName("Use this password")
        self._forget = Button(theme, "Forget")
        self._forget.setAccessibleName("Forget the password")
        self._password_row = page.add_row(
            "Password", _NO_PASSWORD, self._password_control(), below=True
        )
        self._connect()
        self._show()

    def _password_control(self) -> QWidget:
        control = QWidget()
        layout = QHBoxLayout(control)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(FieldFrame(self._page.theme, self._password), 1)
        layout.addWidget(self._keep)
        layout.addWidget(self._forget)
        return control

    def _connect(self) -> None:
        self._choice.activated.connect(self._choose)
        self._url.editingFinished.connect(self._change_address)
        self._user.editingFinished.connect(self._change_user)
        self._password.returnPressed.connect(self._enter_password)
        self._keep.clicked.connect(self._enter_password)
        self._forget.clicked.connect(self._networking.forget_password)
        self._networking.changed.connect(self._show_password)
        self._networking.password_kept.connect(self._tell_password)
        self._networking.password_refused.connect(self._refuse_password)
        self._networking.system_told.connect(self._tell_system)
        self._preferences.changed.connect(self._show)
        self._preferences.key_changed.connect(self._show_choice)

    # --- what is shown ------------------------------------------------------------------------

    def _show(self) -> None:
        """Show the settings; what was typed and refused stays until they change."""
        settings, shown = self._preferences.settings, self._shown
        self._shown = settings
        if shown is None or settings.proxy != shown.proxy:
            self._choice.setCurrentIndex(self._choice.findData(settings.proxy))
        if shown is None or settings.proxy_url != shown.proxy_url:
            self._url.setText(settings.proxy_url)
            self._say(self._url_row, help_texts().get("proxy_url", ""))
        if shown is None or settings.proxy_user != shown.proxy_user:
            self._user.setText(settings.proxy_user)
            self._say(self._user_row, help_texts().get("proxy_user", ""))
        self._show_choice()
        self._show_password()

    def _show_choice(self) -> None:
        own = self._choice.currentData() == "own"
        for row in (self._url_row, self._user_row, self._password_row):
            row.setVisible(own)
        self._say(self._row, help_texts().get("proxy", ""))
        if self._choice.currentData() == "system":
            self._networking.ask_system(self._preferences.origin)

    def _tell_system(self, words: str) -> None:
        if self._choice.currentData() == "system":
            self._say(self._row, f"{help_texts().get('proxy', '')} {words}".strip())

    def _show_password(self) -> None:
        place = self._networking.password_place
        self._forget.setVisible(bool(place))
        words = f"It is kept in {place}." if place else _NO_PASSWORD
        if place == "this session":
            words = "It is used for this session only: it is gone when Castor is closed."
        self._say(self._password_row, words)

    # --- what is changed ----------------------------------------------------------------------

    def _choose(self) -> None:
        choice = str(self._choice.currentData())
        self._show_choice()
        if choice != "own" or self._preferences.settings.proxy_url:
            self._preferences.update(proxy=choice)
        else:
            self._say(self._url_row, _UNTIL)
            self._url.setFocus()

    def _change_address(self) -> None:
        if self._choice.currentData() != "own":
            return
        try:
            proxy = read_proxy(self._url.text())
        except BadProxy as error:
            self._refuse(self._url_row, error)
            return
        self._preferences.update(proxy="own", proxy_url=str(proxy))
        self._url.setText(str(proxy))
        self._say(self._url_row, help_texts().get("proxy_url", ""))

    def _change_user(self) -> None:
        try:
            user = check_credential(self._user.text().strip())
        except BadProxy as error:
            self._refuse(self._user_row, error)
            return
        self._preferences.update(proxy_user=user)

    def _enter_password(self) -> None:
        self._networking.enter_password(self._password.text())

    def _tell_password(self, words: str) -> None:
        self._password.clear()
        self._say(self._password_row, words)
        announce(self._password, words)

    def _refuse_password(self, error: AppError) -> None:
        self._refuse(self._password_row, error)

    def _refuse(self, row: Row, error: AppError) -> None:
        words = f"{error} {error.advice}".strip()
        self._say(row, words, "danger")
        announce(self._choice, words)

    def _say(self, row: Row, words: str, token: str = "quiet") -> None:
        row.help.setText(words)
        row.help.set_token(token)
