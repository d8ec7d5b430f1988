"""Settings are read with care, written whole, and never lose what they do not know."""

import json
import stat
from dataclasses import fields, replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.settings.file import SettingsFile, SettingsUnwritable
from desktop_app.settings.settings import (
    DEFAULTS,
    Settings,
    help_texts,
    read_settings,
    write_settings,
)
from tests.interactions.test_codec import JSON


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "settings.json")


def test_the_defaults_are_those_of_the_design() -> None:
    assert DEFAULTS.model == "gemini-flash-latest"
    assert DEFAULTS.temperature is None
    assert DEFAULTS.thinking_level is None
    assert DEFAULTS.thinking_summaries
    assert DEFAULTS.store
    assert DEFAULTS.base_url == "https://generativelanguage.googleapis.com"


def test_every_field_is_explained() -> None:
    texts = help_texts()
    for field in fields(Settings):
        assert len(texts[field.name]) > 20, field.name
        assert "\n" not in texts[field.name]


def test_what_is_saved_is_loaded(file: SettingsFile) -> None:
    settings = replace(
        DEFAULTS, temperature=0.5, thinking_level="high", zoom=150, system_instruction='é\n"x"'
    )
    file.save(settings)
    assert file.load().settings == settings
    assert file.load().notice == ""
    assert stat.S_IMODE(file.path.stat().st_mode) == 0o600


def test_no_file_means_the_defaults(file: SettingsFile) -> None:
    assert file.load().settings == DEFAULTS
    assert not file.path.exists()


def test_unknown_keys_survive(file: SettingsFile) -> None:
    file.path.write_text('{"from_the_future": {"a": [1]}, "zoom": 125}')
    settings = file.load().settings
    file.save(replace(settings, zoom=150))
    data = json.loads(file.path.read_text())
    assert data["from_the_future"] == {"a": [1]}
    assert data["zoom"] == 150


@pytest.mark.parametrize("text", ["{", "[]", "null", '{"zoom": NaN}', "\x00\x01"])
def test_a_damaged_file_is_kept_aside_and_said(file: SettingsFile, text: str) -> None:
    file.path.write_text(text)
    loaded = file.load()
    assert loaded.settings == DEFAULTS
    assert "damaged" in loaded.notice
    (kept,) = file.path.parent.glob("settings-damaged-*.json")
    assert kept.read_text() == text
    assert kept.name in loaded.notice


def test_a_file_that_is_no_text_is_kept_aside(file: SettingsFile) -> None:
    file.path.write_bytes(b"\xff\xfe\xff")
    assert "damaged" in file.load().notice


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", 2.5),
        ("temperature", "warm"),
        ("temperature", True),
        ("max_output_tokens", 0),
        ("max_output_tokens", 1.5),
        ("theme", "pink"),
        ("zoom", 10),
        ("store", 1),
        ("base_url", "http://example.com"),
        ("base_url", 7),
        ("model", None),
    ],
)
def test_a_value_that_cannot_be_is_the_default_and_said(name: str, value: object) -> None:
    settings, refused = read_settings({name: value})  # type: ignore[dict-item]
    assert settings == DEFAULTS
    assert refused == [name]


def test_a_whole_number_is_a_temperature() -> None:
    settings, refused = read_settings({"temperature": 1})
    assert settings.temperature == 1.0
    assert isinstance(settings.temperature, float)
    assert refused == []


@given(st.dictionaries(st.sampled_from([f.name for f in fields(Settings)]), JSON))
def test_any_json_gives_settings(data: dict[str, object]) -> None:
    settings, _ = read_settings(data)  # type: ignore[arg-type]
    assert read_settings(write_settings(settings)) == (settings, [])


def test_what_a_killed_program_left_half_written_is_deleted(file: SettingsFile) -> None:
    file.save(Settings(theme="dark"))
    left = file.path.with_name(f".{file.path.name}-0123abcd")
    left.write_text("{")
    assert file.load().settings.theme == "dark"
    assert list(file.path.parent.iterdir()) == [file.path]


def test_a_disk_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsUnwritable):
        SettingsFile(tmp_path / "file" / "settings.json").save(DEFAULTS)


def test_a_write_that_fails_leaves_the_old_file(
    file: SettingsFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.save(DEFAULTS)
    before = file.path.read_text()

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SettingsUnwritable, match="No space"):
        file.save(replace(DEFAULTS, zoom=150))
    assert file.path.read_text() == before
    assert len(list(file.path.parent.iterdir())) == 1
