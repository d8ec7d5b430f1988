"""Colours can be read, fonts have their weights, icons are crisp, in both themes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QSize
from PySide6.QtGui import QFont, QFontMetricsF, QIcon, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication

from desktop_app import assets
from desktop_app.settings.settings import ZOOM_STEPS
from desktop_app.ui.icons import LucideEngine, icon
from desktop_app.ui.theme import Theme, line_height
from desktop_app.ui.tokens import DARK, LIGHT

SURFACES = ("window", "sidebar", "raised", "sunken", "hover", "pressed", "selected", "bubble")
TINTED = ("danger_soft", "warn_soft", "ok_soft", "accent_soft", "inline_code")
CODE = [name for name in LIGHT if name.startswith("c_")]

# Foreground, surfaces, required ratio (visual specification, section 1).
PAIRS = [
    *(("text", surface, 4.5) for surface in (*SURFACES, *TINTED, "selection", "find", "find_now")),
    *(("quiet", surface, 4.5) for surface in (*SURFACES, "danger_soft", "warn_soft")),
    *(("accent", surface, 3.0) for surface in SURFACES[:6]),
    *(("link", surface, 4.5) for surface in ("window", "raised", "sunken", "accent_soft")),
    *(("danger", surface, 4.5) for surface in ("window", "danger_soft")),
    *(("warn", surface, 4.5) for surface in ("window", "warn_soft")),
    *(("ok", surface, 4.5) for surface in ("window", "ok_soft")),
    *(("field", surface, 3.0) for surface in ("window",)),
    *(("control", surface, 3.0) for surface in ("window", "raised", "sunken")),
    ("on_accent", "accent", 4.5),
    ("on_accent", "accent_hover", 4.5),
    ("on_accent", "accent_pressed", 4.5),
    *((name, "code", 4.5) for name in CODE),
    *((name, "selection", 3.0) for name in CODE),
]


def luminance(color: str) -> float:
    parts = [int(color[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("ink", "surface", "required"), PAIRS)
def test_every_pair_of_colours_can_be_told_apart(
    tokens: dict[str, str], ink: str, surface: str, required: float
) -> None:
    assert contrast(tokens[ink], tokens[surface]) >= required


def test_both_themes_have_the_same_colours() -> None:
    assert LIGHT.keys() == DARK.keys()


def test_the_palette_is_the_themes(theme: Theme, qapp: QApplication) -> None:
    for choice in ("light", "dark"):
        theme.choose(choice)  # type: ignore[arg-type]
        palette = qapp.palette()
        assert palette.color(QPalette.ColorRole.Window) == theme.color("window")
        assert palette.color(QPalette.ColorRole.Text) == theme.color("text")
        assert palette.color(QPalette.ColorRole.Highlight) == theme.color("selection")
        disabled = palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText)
        assert disabled == theme.color("disabled")


def test_a_change_of_theme_is_told(theme: Theme) -> None:
    told: list[bool] = []
    theme.changed.connect(lambda: told.append(theme.dark))
    theme.choose("dark")
    theme.choose("dark")
    theme.choose("light")
    assert told == [True, False]


def test_the_built_in_fonts_are_there() -> None:
    files = assets.font_files()
    assert set(files) == {"Inter", "JetBrains Mono"}
    assert all(path.is_file() for paths in files.values() for path in paths)


def test_the_weights_of_the_text_font_really_differ(theme: Theme) -> None:
    text = "The quick brown fox jumps over the lazy dog"
    widths = [QFontMetricsF(theme.font(14, w)).horizontalAdvance(text) for w in (400, 500, 600)]
    assert widths[0] < widths[1] < widths[2]


def test_a_weight_is_that_of_other_fonts_too_and_is_not_laid_on_twice(theme: Theme) -> None:
    strong = theme.font(20, 600)
    assert strong.weight() == QFont.Weight.DemiBold, "what letters of another font are chosen by"
    by_axis = QFont(theme.font(20))
    by_axis.setVariableAxis(QFont.Tag("wght"), 600)
    assert painted("Spring tide", strong) == painted("Spring tide", by_axis)
    assert painted("Spring tide", strong) != painted("Spring tide", theme.font(20))


def painted(text: str, font: QFont) -> QImage:
    image = QImage(200, 40, QImage.Format.Format_RGB32)
    image.fill(0xFFFFFFFF)
    painter = QPainter(image)
    painter.setFont(font)
    painter.drawText(10, 30, text)
    painter.end()
    return image


def test_figures_have_one_width_where_they_are_asked_to(theme: Theme) -> None:
    metrics = QFontMetricsF(theme.font(14, figures=True))
    assert len({metrics.horizontalAdvance(digit) for digit in "0123456789"}) == 1


def test_zoom_gives_the_sizes_of_the_design(theme: Theme) -> None:
    sizes: list[int] = []
    for zoom in ZOOM_STEPS:
        theme.set_zoom(zoom)
        sizes.append(theme.body_size())
    assert sizes == [10, 11, 13, 14, 15, 18, 21, 25, 28]
    assert line_height(14) == 22


ICONS = [
    "square-pen",
    "panel-left",
    "settings",
    "trash-2",
    "ellipsis",
    "chevron-down",
    "chevron-right",
    "arrow-up",
    "arrow-down",
    "square",
    "paperclip",
    "copy",
    "check",
    "refresh-cw",
    "pencil",
    "undo-2",
    "info",
    "x",
    "image",
    "external-link",
    "link-2",
    "lightbulb",
    "message-square",
    "circle-alert",
    "triangle-alert",
    "key-round",
    "lock",
    "shield-check",
    "cpu",
    "code-xml",
    "sliders-horizontal",
    "globe",
    "wrench",
    "corner-down-left",
]


@pytest.mark.parametrize("name", ICONS)
def test_every_icon_is_in_the_set(name: str) -> None:
    assert assets.icon(name).startswith(b"<svg")


@pytest.mark.parametrize(("scale", "pixels"), [(1.0, 16), (1.5, 24), (2.0, 32)])
def test_an_icon_has_the_pixels_of_its_scale(theme: Theme, scale: float, pixels: int) -> None:
    engine = LucideEngine(assets.icon("settings"), theme, "quiet", None, 1.5, filled=False)
    size = QSize(16, 16)
    pixmap = engine.scaledPixmap(size, QIcon.Mode.Normal, QIcon.State.Off, scale)
    assert (pixmap.width(), pixmap.height()) == (pixels, pixels)
    assert pixmap.devicePixelRatio() == scale
    again = icon(theme, "settings").pixmap(size, scale)
    assert again.width() == pixels


def ink_of(theme: Theme, mode: QIcon.Mode) -> str:
    """The strongest colour that an icon is drawn in."""
    image = icon(theme, "square", filled=True).pixmap(QSize(16, 16), 1.0, mode).toImage()
    return image.pixelColor(8, 8).name().upper()


def test_an_icon_has_the_colour_of_its_use_in_both_themes(theme: Theme) -> None:
    for choice in ("light", "dark"):
        theme.choose(choice)  # type: ignore[arg-type]
        assert ink_of(theme, QIcon.Mode.Normal) == theme.hex("quiet")
        assert ink_of(theme, QIcon.Mode.Active) == theme.hex("text")
        assert ink_of(theme, QIcon.Mode.Disabled) == theme.hex("disabled")


@given(st.sampled_from(sorted(LIGHT)))
def test_a_colour_of_which_part_covers_keeps_its_tone(name: str) -> None:
    assert len(LIGHT[name]) == len(DARK[name]) == 7
