"""The packages of every system: the mark as an icon, the .deb, the archive, the installer."""

import io
import os
import re
import shutil
import struct
import subprocess
import sys
import tarfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from PySide6.QtGui import QImage

from desktop_app import __version__
from desktop_app.images.probe import ImageKind

ROOT = Path(__file__).resolve().parents[2]
LINUX = ROOT / "packaging" / "linux"


class TestTheMark:
    def test_the_icon_of_windows_has_every_size(self, door: SimpleNamespace) -> None:
        icon = door.icons.ico()
        _, kind, count = struct.unpack_from("<HHH", icon)
        entries = [struct.unpack_from("<BBBBHHII", icon, 6 + 16 * n) for n in range(count)]

        assert kind == 1
        assert tuple(entry[0] or 256 for entry in entries) == door.icons.ICO_SIDES
        assert entries[-1][7] + entries[-1][6] == len(icon)
        largest = QImage.fromData(icon[entries[-1][7] :])
        assert (largest.width(), largest.height()) == (256, 256)
        first = QImage.fromData(icon, "ICO")  # pyright: ignore[reportCallIssue, reportArgumentType] - PySide6 takes str here, its stubs say bytes
        assert first.convertToFormat(QImage.Format.Format_ARGB32) == door.icons.draw(first.width())

    def test_the_icon_of_macos_has_every_size(self, door: SimpleNamespace) -> None:
        icon = door.icons.icns()
        assert icon[:8] == b"icns" + struct.pack(">I", len(icon))
        found: list[tuple[str, int]] = []
        at = 8
        while at < len(icon):
            kind, length = struct.unpack_from(">4sI", icon, at)
            found.append((kind.decode(), QImage.fromData(icon[at + 8 : at + length]).width()))
            at += length

        assert tuple(found) == door.icons.ICNS_SIDES

    def test_it_is_seen_at_16_pixels(self, door: SimpleNamespace) -> None:
        image = door.icons.draw(16)
        white = {
            (x, y)
            for x in range(16)
            for y in range(16)
            if image.pixelColor(x, y).lightnessF() > 0.85
        }

        # The two stars, with the ground between them: 5 pixels and 3.
        assert {(7, 8), (6, 8), (8, 8), (7, 7), (7, 9)} <= white
        assert (12, 4) in white or (11, 4) in white
        assert not {(10, 6), (10, 5), (9, 6)} & white
        assert image.pixelColor(0, 0).alpha() < 128


class TestThePackagesOfLinux:
    @pytest.fixture(autouse=True)
    def a_small_program(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        if sys.platform != "linux" or not shutil.which("dpkg-deb"):
            pytest.skip("dpkg-deb is needed")
        program = tmp_path / "dist" / "castor"
        (program / "_internal").mkdir(parents=True)
        for name in ("castor", "castor-gui"):
            (program / name).write_bytes(b"\x7fELF\0GLIBC_2.9\0GLIBC_2.34\0GLIBC_2.4\0")
            (program / name).chmod(0o700)
        (program / "_internal" / "libc.so").write_text("GLIBC_9.9: only in words", "utf-8")
        icons = tmp_path / "icons"
        door.icons.write_icons(icons)
        for name, value in {
            "ROOT": tmp_path,
            "DIST": tmp_path / "dist",
            "PROGRAM": program,
            "ICONS": icons,
        }.items():
            monkeypatch.setattr(door.pack_linux, name, value)
        monkeypatch.setattr(door.release, "ROOT", tmp_path)
        monkeypatch.setattr(door.pack_linux, "version", lambda: __version__)
        self.made = tmp_path / "dist"
        self.folder = tmp_path

    def packages(self, door: SimpleNamespace) -> tuple[bytes, bytes]:
        door.pack_linux.pack(1_700_000_000)
        (deb,) = self.made.glob("*.deb")
        (tar,) = self.made.glob("*.tar.xz")
        return deb.read_bytes(), tar.read_bytes()

    def test_they_are_equal_for_equal_programs(self, door: SimpleNamespace) -> None:
        first = self.packages(door)
        os.utime(self.made / "castor" / "castor", (1, 1))

        assert self.packages(door) == first

    def test_the_deb_says_what_it_needs_and_brings_both_commands(
        self, door: SimpleNamespace
    ) -> None:
        self.packages(door)
        (deb,) = self.made.glob("*.deb")
        fields = output("dpkg-deb", "--field", str(deb))
        listing = output("dpkg-deb", "--contents", str(deb))

        assert f"\nVersion: {__version__}\n" in fields
        assert "\nDepends: libc6 (>= 2.34), fontconfig-config, libegl1," in fields
        assert "./usr/bin/castor-gui -> ../lib/castor/castor-gui" in listing
        assert "-rwxr-xr-x root/root" in listing
        assert "drwx------" not in listing
        for place in (
            *("applications/castor.desktop", "metainfo/app.castor.Castor.metainfo.xml"),
            *("icons/hicolor/16x16/apps/castor.png", "icons/hicolor/512x512/apps/castor.png"),
            *("icons/hicolor/scalable/apps/castor.svg", "doc/castor/copyright"),
        ):
            assert f" ./usr/share/{place}\n" in listing

    def test_the_archive_is_one_folder_that_says_how_to_start_it(
        self, door: SimpleNamespace
    ) -> None:
        _, packed = self.packages(door)
        with tarfile.open(fileobj=io.BytesIO(packed), mode="r:xz") as archive:
            names = archive.getnames()
            readme = archive.extractfile(f"castor-{__version__}/README.txt")
            assert readme is not None
            assert "./castor-gui " in readme.read().decode()
            assert {entry.uname for entry in archive} == {"root"}
            assert {entry.mtime for entry in archive} == {1_700_000_000}

        assert {name.split("/")[0] for name in names} == {f"castor-{__version__}"}
        assert f"castor-{__version__}/share/applications/castor.desktop" in names


def output(*command: str) -> str:
    return subprocess.run(command, check=True, capture_output=True, encoding="utf-8").stdout


class TestTheDesktopsEntry:
    ENTRY = (LINUX / "castor.desktop").read_text("utf-8")
    METAINFO = (LINUX / "app.castor.Castor.metainfo.xml").read_text("utf-8")

    @pytest.mark.parametrize(
        "command",
        [
            ("desktop-file-validate", "castor.desktop"),
            ("appstreamcli", "validate", "--no-net", "app.castor.Castor.metainfo.xml"),
        ],
        ids=["entry", "description"],
    )
    def test_the_desktops_own_tools_find_no_fault(self, command: tuple[str, ...]) -> None:
        if not shutil.which(command[0]):
            pytest.skip(f"{command[0]} is missing")
        done = subprocess.run(
            [*command[:-1], str(LINUX / command[-1])],
            check=False,
            capture_output=True,
            encoding="utf-8",
        )

        assert done.returncode == 0, done.stdout + done.stderr
        assert "error" not in done.stdout

    def test_it_opens_the_pictures_that_castor_takes(self) -> None:
        from desktop_app.images import probe

        known = {kind.mime_type for kind in vars(probe).values() if isinstance(kind, ImageKind)}
        (line,) = re.findall(r"^MimeType=(.*);$", self.ENTRY, re.MULTILINE)

        assert set(line.split(";")) <= known
        assert "\nExec=castor-gui %F\n" in self.ENTRY

    def test_the_window_is_found_by_the_entrys_name(self) -> None:
        application = (ROOT / "desktop_app" / "app.py").read_text("utf-8")

        assert 'setDesktopFileName("castor")' in application  # Wayland
        assert 'setApplicationName("Castor")' in application  # X11: the class of the window
        assert "\nStartupWMClass=Castor\n" in self.ENTRY
        assert ">castor.desktop</launchable>" in self.METAINFO

    def test_the_newest_release_is_this_version(self) -> None:
        (newest, *_) = re.findall(r'<release version="([^"]+)"', self.METAINFO)

        assert newest == __version__


class TestTheInstallerOfWindows:
    @pytest.fixture(autouse=True)
    def a_small_program(self, door: SimpleNamespace, tmp_path: Path) -> None:
        if not shutil.which("makensis"):
            pytest.skip("makensis is missing")
        self.program = tmp_path / "castor"
        (self.program / "_internal").mkdir(parents=True)
        for name in ("castor.exe", "castor-gui.exe", "_internal/python311.dll"):
            (self.program / name).write_bytes(os.urandom(20_000))
        self.icon = tmp_path / "castor.ico"
        self.icon.write_bytes(door.icons.ico())

    def test_its_script_compiles_without_a_warning(
        self, door: SimpleNamespace, tmp_path: Path
    ) -> None:
        made = door.pack_windows.make_installer(self.program, self.icon, tmp_path)

        assert made.name == f"castor-{__version__}-setup.exe"
        assert made.read_bytes()[:2] == b"MZ"
        assert made.stat().st_size > 60_000

    def test_what_the_compiler_says_is_passed_on(
        self, door: SimpleNamespace, tmp_path: Path
    ) -> None:
        with pytest.raises(door.release.CannotPack, match="nowhere"):
            door.pack_windows.make_installer(tmp_path / "nowhere", self.icon, tmp_path)


def test_workflows_use_nothing_but_githubs_own_actions() -> None:
    workflows = (ROOT / ".github" / "workflows").glob("*.yml")
    used = {
        name for file in workflows for name in re.findall(r"uses: (\S+)", file.read_text("utf-8"))
    }

    assert used
    assert all(re.fullmatch(r"actions/[a-z-]+@v\d+", name) for name in used)
