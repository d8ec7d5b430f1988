"""What an answer can hold, page by page: both themes, at 100 and 200 %.

CI keeps the pictures for people to look at; what is asserted here is what can be measured.
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from desktop_app.ui.tokens import DARK, LIGHT
from tests.ui.gallery import BELOW, PAGES, WIDTH

ROOT = Path(__file__).parents[2]
COLUMN = 720
MARGIN = (WIDTH - COLUMN) // 2
TOKENS = {"light": LIGHT, "dark": DARK}
SHOWN = {
    "prose": ("link", "inline_code", "line_strong"),
    "lists": ("accent", "control", "code"),
    "table": ("sunken", "thumb"),
    "code": ("code", "c_keyword", "c_string", "c_comment", "c_number", "c_del"),
    "math": ("inline_code", "sunken"),
    "citations": ("accent_soft", "link"),
    "thoughts-folded": ("quiet",),
    "thoughts-open": ("quiet", "line"),
    "tools": ("quiet", "code", "link"),
    "picture": ("bubble",),
    "cjk": ("inline_code", "line_strong"),
    "right-to-left": ("inline_code", "accent", "control"),
    "emoji": ("inline_code", "code"),
    "failure": ("danger", "danger_soft", "accent"),
}
"""Colours that a page has besides those of its text."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    kept = os.environ.get("CASTOR_ARTIFACTS")
    made = Path(kept) / "screenshots" if kept else tmp_path_factory.mktemp("gallery")
    made.mkdir(parents=True, exist_ok=True)
    for scale in (1, 2):
        subprocess.run(
            [sys.executable, "-m", "tests.ui.gallery", str(made), str(scale), *TOKENS],
            cwd=ROOT,
            env=os.environ | {"QT_QPA_PLATFORM": "offscreen", "QT_SCALE_FACTOR": str(scale)},
            check=True,
        )
    return made


def picture(folder: Path, page: str, theme: str, scale: int) -> QImage:
    image = QImage(str(folder / f"gallery-{page}-{theme}-{scale}00.png"))
    assert not image.isNull()
    return image


def colors(image: QImage, left: int, top: int, width: int, height: int) -> set[str]:
    """The colours of a part of a picture, in its own pixels."""
    part = image.copy(left, top, width, height).convertToFormat(QImage.Format.Format_RGB32)
    found = set(memoryview(part.constBits()).cast("I"))
    return {f"#{color & 0xFFFFFF:06X}" for color in found}


@pytest.mark.parametrize("scale", [1, 2])
@pytest.mark.parametrize("theme", TOKENS)
@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_whole_in_its_colours_and_stays_in_its_column(
    folder: Path, page: str, theme: str, scale: int
) -> None:
    image, tokens = picture(folder, page, theme, scale), TOKENS[theme]
    width, height = image.width(), image.height()
    assert width == WIDTH * scale
    assert abs(height - picture(folder, page, "light", 1).height() * scale) <= 2 * scale
    margin, below = (MARGIN - 1) * scale, BELOW * scale
    ground = {tokens["window"]}
    assert colors(image, 0, 0, margin, height) == ground, "nothing left of the column"
    assert colors(image, width - margin, 0, margin, height) == ground, "nothing right of it"
    assert colors(image, 0, height - below, width, below) == ground, "nothing is cut at the foot"
    seen = colors(image, margin, 0, width - 2 * margin, height)
    for name in ("text", "bubble", *SHOWN[page]):
        assert tokens[name] in seen, name
