"""The pages of the settings. Each shows `Preferences` and changes nothing but through it."""

from typing import Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSlider, QVBoxLayout, QWidget

from desktop_app import __version__
from desktop_app.chat.preferences import Preferences
from desktop_app.interactions.models import Model
from desktop_app.settings.api_key import ApiKey, KeySource
from desktop_app.settings.settings import ZOOM_STEPS, Settings, help_texts
from desktop_app.ui.buttons import Button, Switch
from desktop_app.ui.composer.model_button import LEVEL_WORDS
from desktop_app.ui.dialogs.page import CONTROL_WIDTH, Page
from desktop_app.ui.dialogs.theme_choice import ThemeChoice
from desktop_app.ui.fields import (
    Chooser,
    DecimalField,
    FieldFrame,
    NumberField,
    TextField,
)
from desktop_app.ui.plain_label import plain_label
from desktop_app.ui.theme import Theme

_UNSET_TEMPERATURE: Final = -0.1
_TOKEN_STEP: Final = 1024


class GeneralPage(Page):
    """Theme, size of text, and how the keyboard sends."""

    def __init__(self, theme: Theme, preferences: Preferences) -> None:
        super().__init__(theme, "General", ["theme", "zoom", "enter_sends"])
        self._preferences = preferences
        self._showing = False
        heading = plain_label(theme, "Theme", 13, 500, "text")
        self.add(heading)
        self._theme_choice = ThemeChoice(theme)
        self._theme_choice.chosen.connect(self._change_theme)
        self.add(self._theme_choice)
        self._zoom = QSlider(Qt.Orientation.Horizontal)
        self._zoom.setRange(0, len(ZOOM_STEPS) - 1)
        self._zoom.setPageStep(1)
        self._zoom.setFixedWidth(CONTROL_WIDTH - 56)
        self._zoom.setAccessibleName("Text size")
        self._zoom.valueChanged.connect(self._change_zoom)
        self._percent = plain_label(theme, "", 13, 400, "text")
        self._percent.setFixedWidth(48)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        control = QWidget()
        layout = QHBoxLayout(control)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._zoom)
        layout.addWidget(self._percent)
        control.setFocusProxy(self._zoom)
        row = self.add_row("Text size", help_texts().get("zoom", ""), control)
        row.line_above = True
        self._enter = Switch(theme, "Enter sends")
        self._enter.toggled.connect(self._change_enter)
        self.add_row("Enter sends", help_texts().get("enter_sends", ""), self._enter)
        self._restyle()
        theme.changed.connect(self._restyle)
        preferences.changed.connect(self._show)
        self._show(preferences.settings)

    def _restyle(self) -> None:
        color = self.theme.hex
        self._zoom.setStyleSheet(
            f"QSlider {{ min-height: 24px; }}"
            f"QSlider::groove:horizontal {{ height: 4px; border-radius: 2px;"
            f" background: {color('line_strong')}; }}"
            f"QSlider::sub-page:horizontal {{ border-radius: 2px;"
            f" background: {color('accent')}; }}"
            f"QSlider::handle:horizontal {{ width: 16px; height: 16px; margin: -6px 0;"
            f" border-radius: 8px; background: {color('accent')}; }}"
            f"QSlider::handle:horizontal:focus {{ background: {color('accent_hover')}; }}"
        )

    def _show(self, settings: Settings) -> None:
        self._theme_choice.show_choice(settings.theme)
        nearest = min(range(len(ZOOM_STEPS)), key=lambda i: abs(ZOOM_STEPS[i] - settings.zoom))
        self._showing = True  # a size between two steps is shown, not changed
        self._zoom.setValue(nearest)
        self._showing = False
        self._percent.setText(f"{settings.zoom} %")
        self._enter.setChecked(settings.enter_sends)

    def _change_enter(self) -> None:
        self._preferences.update(enter_sends=self._enter.isChecked())

    def _change_theme(self, choice: str) -> None:
        self._preferences.update(theme=choice)

    def _change_zoom(self, step: int) -> None:
        if not self._showing:
            self._preferences.update(zoom=ZOOM_STEPS[step])


class ModelsPage(Page):
    """What a new chat begins with, and how models are asked."""

    def __init__(self, theme: Theme, preferences: Preferences) -> None:
        names = ["model", "thinking_level", "thinking_summaries", "temperature"]
        super().__init__(theme, "Models", [*names, "max_output_tokens", "system_instruction"])
        self._preferences = preferences
        self._showing = False
        words = help_texts()
        self._model = Chooser(theme, "Model for new chats")
        self._level = Chooser(theme, "Thinking level for new chats")
        self._summaries = Switch(theme, "Thought summaries")
        self._temperature = DecimalField(theme, "Temperature", "Model’s default")
        self._temperature.setSingleStep(0.1)
        self._temperature.setDecimals(1)
        self._tokens = NumberField(theme, "Longest answer in tokens", "Model’s default")
        self._tokens.setSingleStep(_TOKEN_STEP)
        self._instruction = TextField(theme, "System instruction", "Answer briefly, in Czech …")
        for chooser in (self._model, self._level):
            chooser.setFixedWidth(CONTROL_WIDTH)
        self._model_row = self.add_row("Model", "", self._model)
        self._model_row.help.setVisible(True)
        self.add_row("Thinking level", words.get("thinking_level", ""), self._level)
        self.add_row("Thought summaries", words.get("thinking_summaries", ""), self._summaries)
        self.add_row("Temperature", words.get("temperature", ""), self._framed(self._temperature))
        self.add_row(
            "Longest answer", words.get("max_output_tokens", ""), self._framed(self._tokens)
        )
        frame = FieldFrame(theme, self._instruction, None, 4)
        frame.setFixedHeight(104)
        help_text = words.get("system_instruction", "")
        self.add_row("System instruction", help_text, frame, below=True)
        self._connect()
        self._show()

    def _framed(self, field: QWidget) -> FieldFrame:
        frame = FieldFrame(self.theme, field)
        frame.setFixedWidth(CONTROL_WIDTH)
        return frame

    def _connect(self) -> None:
        self._model.activated.connect(self._change_model)
        self._level.activated.connect(self._change_level)
        self._summaries.toggled.connect(self._change_summaries)
        self._temperature.valueChanged.connect(self._change_temperature)
        self._tokens.valueChanged.connect(self._change_tokens)
        self._instruction.textChanged.connect(self._change_instruction)
        self._preferences.changed.connect(self._show)
        self._preferences.models_changed.connect(self._show)

    def _show(self) -> None:
        self._showing = True
        preferences, settings = self._preferences, self._preferences.settings
        model = preferences.model(settings.model)
        self._fill_models(model)
        self._fill_levels(model)
        live = preferences.models_are_live
        source = "From the server’s list." if live else "From the built-in list."
        self._model_row.help.setText(f"The model that a new chat begins with. {source}")
        self._summaries.setChecked(settings.thinking_summaries)
        highest = min(2.0, model.max_temperature or 2.0)
        self._temperature.setRange(_UNSET_TEMPERATURE, highest)
        unset = settings.temperature is None
        self._temperature.setValue(_UNSET_TEMPERATURE if unset else settings.temperature or 0.0)
        self._tokens.setRange(0, model.output_token_limit or 1_000_000)
        self._tokens.setValue(settings.max_output_tokens or 0)
        if self._instruction.toPlainText() != settings.system_instruction:
            self._instruction.setPlainText(settings.system_instruction)
        self._showing = False

    def _fill_models(self, chosen: Model) -> None:
        self._model.clear()
        models = self._preferences.models
        if all(model.name != chosen.name for model in models):
            models = [chosen, *models]
        for model in models:
            self._model.addItem(model.display_name, model.name)
        self._model.setCurrentIndex(self._model.findData(chosen.name))

    def _fill_levels(self, model: Model) -> None:
        self._level.clear()
        for level in (None, *model.thinking_levels):
            self._level.addItem(LEVEL_WORDS.get(level, str(level)), level)
        wanted = self._preferences.settings.thinking_level
        known = wanted if wanted in model.thinking_levels else None
        self._level.setCurrentIndex(max(0, self._level.findData(known)))
        self._level.setEnabled(bool(model.thinking_levels))

    def _change_model(self) -> None:
        self._preferences.update(model=str(self._model.currentData()))

    def _change_level(self) -> None:
        self._preferences.update(thinking_level=self._level.currentData())

    def _change_summaries(self) -> None:
        self._preferences.update(thinking_summaries=self._summaries.isChecked())

    def _change_temperature(self, value: float) -> None:
        if not self._showing:
            self._preferences.update(temperature=None if value < 0 else round(value, 1))

    def _change_tokens(self, value: int) -> None:
        if not self._showing:
            self._preferences.update(max_output_tokens=value or None)

    def _change_instruction(self) -> None:
        if not self._showing:
            self._preferences.update(system_instruction=self._instruction.toPlainText())


class PrivacyPage(Page):
    """What Google keeps, where the key lies, where everything else lies."""

    key_dialog_requested = Signal()
    """Another key is to be entered."""

    forget_key_requested = Signal()
    """The key is to be forgotten."""

    folder_requested = Signal(str)
    """This folder is to be shown by the system."""

    def __init__(
        self, theme: Theme, preferences: Preferences, folders: dict[str, str], keychain: str
    ) -> None:
        super().__init__(theme, "Privacy and storage", ["store", "background"])
        self._preferences = preferences
        self._keychain = keychain
        self._store = Switch(theme, "Keep conversations at Google")
        self._store.toggled.connect(self._change_store)
        self.add_row("Keep conversations at Google", help_texts().get("store", ""), self._store)
        self._background = Switch(theme, "Answer in the background")
        self._background.clicked.connect(self._change_background)
        words = help_texts().get("background", "")
        self.add_row("Answer in the background", words, self._background)
        self._change = Button(theme, "Change key", "plain", "key-round")
        self._forget = Button(theme, "Forget key")
        self._change.clicked.connect(self.key_dialog_requested)
        self._forget.clicked.connect(self.forget_key_requested)
        buttons = QWidget()
        layout = QHBoxLayout(buttons)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        layout.addWidget(self._change)
        layout.addWidget(self._forget)
        self._key_row = self.add_row("API key", " ", buttons)
        for title, folder in folders.items():
            show = Button(theme, "Show folder", "plain", "external-link")
            show.setAccessibleName(f"Show the folder: {title}")
            show.setProperty("folder", folder)
            show.clicked.connect(self._show_folder)
            self.add_row(title, folder, show)
        preferences.changed.connect(self._show)
        preferences.key_changed.connect(self._show)
        self._show()

    def _show_folder(self) -> None:
        button = self.sender()
        if isinstance(button, Button):
            self.folder_requested.emit(str(button.property("folder")))

    def _show(self) -> None:
        settings = self._preferences.settings
        self._store.setChecked(settings.store)
        self._background.setEnabled(settings.store)
        self._background.setChecked(settings.store and settings.background)
        key = self._preferences.key
        keychain = self._keychain if self._preferences.keeps_keys else ""
        self._key_row.help.setText(key_words(key, keychain))
        mine = key.source in (KeySource.KEYCHAIN, KeySource.SESSION)
        self._forget.setVisible(mine)
        words = "Change key" if key.secret is not None else "Enter key"
        self._change.setText(words)
        self._change.setAccessibleName(words)

    def _change_store(self) -> None:
        self._preferences.update(store=self._store.isChecked())

    def _change_background(self) -> None:
        self._preferences.update(background=self._background.isChecked())


def key_words(key: ApiKey, keychain: str) -> str:
    """Say where the key lies; `keychain` is where one would be kept, or empty."""
    match key.source:
        case KeySource.KEYCHAIN:
            return f"Kept in {key.place}, for this server only."
        case KeySource.ENVIRONMENT:
            return f"Taken from the environment variable {key.place}."
        case KeySource.SESSION:
            return "Used for this session only: it is gone when Castor is closed."
        case KeySource.DEMO:
            return "The offline demo needs no key."
        case KeySource.NONE:
            if not keychain:
                return "There is none, and no keyring on this computer to keep one in."
            return f"There is none. It would be kept in {keychain}."


class AboutPage(Page):
    """What this is."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(theme, "About", [])
        words = QWidget()
        layout = QVBoxLayout(words)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(8)
        for text, token in (
            (f"Castor {__version__}", "text"),
            (
                "A desktop client for Google’s Gemini models. Not made or endorsed by Google.",
                "quiet",
            ),
            (
                "Apache License 2.0. Fonts Inter and JetBrains Mono (OFL-1.1), icons Lucide (ISC).",
                "quiet",
            ),
        ):
            layout.addWidget(plain_label(theme, text, 13, 400, token))
        self.add(words)
