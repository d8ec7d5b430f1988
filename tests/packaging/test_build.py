"""What goes into the frozen program and what stays out; the program itself has its own trial."""

import ast
import os
import runpy
import sys
import zipfile
from importlib import metadata
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from desktop_app import assets
from desktop_app.faultpoints import BadFaultPoint, arm

ROOT = Path(__file__).resolve().parents[2]


class Call:
    """Stands in for what PyInstaller lends to a spec, and remembers what it was asked for."""

    made: list["Call"]

    def __init__(self, *arguments: object, **named: object) -> None:
        self.arguments, self.named = arguments, named
        self.binaries: list[object] = []
        self.datas: list[object] = []
        self.pure: list[object] = []
        self.scripts: list[object] = []
        type(self).made.append(self)


@pytest.fixture
def spec(
    door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> dict[str, list[Call]]:
    """What build.spec asks of PyInstaller, by the name of the question."""
    for name in ("PyInstaller", "PyInstaller.depend", "PyInstaller.utils"):
        monkeypatch.setitem(sys.modules, name, ModuleType(name))
    bindepend = ModuleType("PyInstaller.depend.bindepend")
    hooks = ModuleType("PyInstaller.utils.hooks")
    monkeypatch.setattr(bindepend, "get_imports", lambda _file: set(), raising=False)
    monkeypatch.setattr(hooks, "copy_metadata", lambda name: [(name, name)], raising=False)
    monkeypatch.setitem(sys.modules, "PyInstaller.depend.bindepend", bindepend)
    monkeypatch.setitem(sys.modules, "PyInstaller.utils.hooks", hooks)
    monkeypatch.setattr(door.bundle, "draw_icons", lambda work: work)
    questions = {
        name: type(name, (Call,), {"made": list[Call]()})
        for name in ("Analysis", "PYZ", "EXE", "COLLECT", "BUNDLE")
    }
    monkeypatch.setattr(sys, "path", list(sys.path))
    lent = {"SPECPATH": str(ROOT), "workpath": str(tmp_path)}
    runpy.run_path(str(ROOT / "build.spec"), {**lent, **questions})
    return {name: question.made for name, question in questions.items()}


class TestTheSpec:
    def test_it_makes_two_programs_in_one_folder(self, spec: dict[str, list[Call]]) -> None:
        programs = {call.named["name"]: call.named["console"] for call in spec["EXE"]}
        (folder,) = spec["COLLECT"]

        assert programs == {"castor": True, "castor-gui": False}
        assert all(call.named["exclude_binaries"] for call in spec["EXE"])
        assert list(folder.arguments[:2]) == spec["EXE"]
        assert folder.named["name"] == "castor"

    def test_it_takes_the_resources_the_fonts_the_icons_and_keyrings_entry_points(
        self, spec: dict[str, list[Call]]
    ) -> None:
        (analysis,) = spec["Analysis"]
        datas = analysis.named["datas"]
        assert isinstance(datas, list)
        places = {target for _, target in datas}

        assert analysis.arguments == ([str(ROOT / "packaging" / "entry.py")],)
        assert {"resources", "lucide", "keyring"} < places
        assert {f"{name}/files" for name in ("fontpkg_inter", "fontpkg_jetbrains_mono")} < places

    def test_nothing_that_keeps_keys_in_plain_text_and_no_test_tool_goes_in(
        self, spec: dict[str, list[Call]]
    ) -> None:
        excludes = spec["Analysis"][0].named["excludes"]
        assert isinstance(excludes, list)

        assert {"keyrings", "tkinter", "unittest", "pytest", "hypothesis", "httpx2"} < set(excludes)
        assert not {"httpx", "PySide6", "keyring", "apsw", "uvicorn", "click"} & set(excludes)


class TestWhatGoesIn:
    @pytest.mark.parametrize(
        ("name", "unwanted"),
        [
            ("PySide6/Qt/plugins/platforms/libqxcb.so", False),
            ("PySide6/Qt/plugins/platforms/libqwayland.so", False),
            ("PySide6/Qt/plugins/platforms/libqoffscreen.so", False),
            ("PySide6/Qt/plugins/platforms/libqeglfs.so", True),
            ("PySide6/Qt/plugins/platforms/libqminimal.so", True),
            ("PySide6/Qt/plugins/platforms/libqminimalegl.so", True),
            ("PySide6/Qt/plugins/imageformats/libqjpeg.so", False),
            ("PySide6/Qt/plugins/imageformats/libqsvg.so", True),
            ("PySide6/Qt/plugins/imageformats/libqpdf.so", True),
            ("PySide6/Qt/plugins/printsupport/libcupsprintersupport.so", False),
            ("PySide6/Qt/plugins/sqldrivers/libqsqlite.so", True),
            ("PySide6/Qt/plugins/tls/libqopensslbackend.so", True),
            ("PySide6/plugins/platforms/qwindows.dll", False),
            ("PySide6/plugins/imageformats/qwebp.dll", False),
            ("PySide6/plugins/platforms/qdirect2d.dll", True),
            ("PySide6/Qt/plugins/platforms/libqcocoa.dylib", False),
            ("PySide6/Qt/translations/qtbase_de.qm", True),
            ("PySide6/Qt/lib/libQt6Core.so.6", False),
            ("resources/plugins/of/ours", False),
        ],
    )
    def test_only_the_plugins_that_castor_uses(
        self, door: SimpleNamespace, name: str, unwanted: bool
    ) -> None:
        assert door.bundle.is_unwanted(name) is unwanted

    def test_every_plugin_that_is_wanted_exists(self, door: SimpleNamespace) -> None:
        if sys.platform != "linux":
            pytest.skip("the plugins of this system have other names")
        import PySide6

        folder = Path(PySide6.__file__).parent / "Qt" / "plugins"
        for kind, names in door.bundle.QT_PLUGINS.items():
            for name in names:
                if not name.startswith(("windows", "cocoa")):
                    found = [folder / kind / f"{start}{name}.so" for start in ("libq", "lib")]
                    assert any(path.is_file() for path in found), name

    def test_of_the_libraries_only_those_that_something_needs_in_the_end(
        self, door: SimpleNamespace
    ) -> None:
        plugin = ("PySide6/Qt/plugins/platforms/libqxcb.so", "/q/libqxcb.so", "BINARY")
        module = ("apsw/__init__.cpython-311.so", "/a/init.so", "EXTENSION")
        used, below, unused, drivers = (
            (name, f"/l/{name}", "BINARY")
            for name in ("libX11.so.6", "libXau.so.6", "libgtk-3.so.0", "libstdc++.so.6")
        )
        cups, its_own = (
            (name, f"/l/{name}", "BINARY") for name in ("libcups.so.2", "libgnutls.so.30")
        )
        needs = {
            plugin[1]: {"libX11.so.6", "libstdc++.so.6", "libc.so.6", "libcups.so.2"},
            cups[1]: {"libgnutls.so.30"},
            used[1]: {"libXau.so.6"},
            below[1]: {"libX11.so.6"},
        }

        kept = door.bundle.needed(
            [plugin, module, used, below, unused, drivers, cups, its_own],
            lambda file: needs.get(file, set()),
        )

        assert kept == [plugin, module, used, below]

    def test_links_to_what_was_left_out_are_left_out(self, door: SimpleNamespace) -> None:
        kept = ("libQt6Core.so.6", "PySide6/Qt/lib/libQt6Core.so.6", "SYMLINK")
        lost = ("libQt6Qml.so.6", "PySide6/Qt/lib/libQt6Qml.so.6", "SYMLINK")
        data = ("resources/castor.svg", "/r/castor.svg", "DATA")
        core = ("PySide6/Qt/lib/libQt6Core.so.6", "/p/libQt6Core.so.6", "BINARY")

        assert door.bundle.wanted_data([kept, lost, data], [core]) == [kept, data]

    def test_the_icons_are_those_that_the_source_names_and_equal_at_every_build(
        self, door: SimpleNamespace, tmp_path: Path
    ) -> None:
        ((made, place),) = door.bundle.icons(tmp_path)
        first = Path(made).read_bytes()

        assert place == "lucide"
        with zipfile.ZipFile(made) as archive:
            names = {name.removesuffix(".svg") for name in archive.namelist()}
            assert archive.read("settings.svg") == assets.icon("settings")
        assert icons_asked_for() <= names
        assert len(names) < 150
        door.bundle.icons(tmp_path)
        assert Path(made).read_bytes() == first

    def test_formulas_have_their_font_and_its_licence(self, door: SimpleNamespace) -> None:
        assert all(Path(file).is_file() for file, _ in door.bundle.formula_files())
        assert "STIX-Two-Math-OFL-1.1.txt" in {
            Path(name).parts[1] for name, _, _ in door.bundle.licences([])
        }

    def test_every_locked_package_comes_with_its_licence(self, door: SimpleNamespace) -> None:
        found = {Path(name).parts[1] for name, _, _ in door.bundle.licences([])}
        present = {door.bundle.normal(one.name) for one in metadata.distributions()}

        # Qt and its bindings are LGPL-3.0, the text of which is added; fontpkg is code of the
        # font packages, which carry its licence; latex2mathml forgets its own, which is added.
        without = {"pyside6-essentials", "shiboken6", "fontpkg", "latex2mathml"}
        assert (door.bundle.locked_names() & present) - without <= found
        assert {"castor", "LGPL-3.0.txt", "GPL-3.0.txt"} <= found


def icons_asked_for() -> set[str]:
    """Return the names that the source calls icons by, where it calls one directly."""
    names: set[str] = set()
    for file in (ROOT / "desktop_app" / "ui").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_bytes())):
            if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Name):
                continue
            if node.func.id in ("icon", "IconButton") and len(node.args) > 1:
                asked = node.args[1]
                if isinstance(asked, ast.Constant):
                    names.add(str(asked.value))
    assert len(names) > 10
    return names


class TestTheEntry:
    def test_programs_that_castor_starts_find_the_systems_libraries(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/castor/_internal:/mine")
        monkeypatch.setenv("LD_LIBRARY_PATH_ORIG", "/mine")
        monkeypatch.setenv("PYINSTALLER_RESET_ENVIRONMENT", "")

        door.entry.give_back_the_search_path()

        assert os.environ["LD_LIBRARY_PATH"] == "/mine"
        assert "LD_LIBRARY_PATH_ORIG" not in os.environ
        # Without this, Castor's own children would look for its libraries in the system.
        assert os.environ["PYINSTALLER_RESET_ENVIRONMENT"] == "1"

    def test_a_search_path_that_was_not_set_is_not_set(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("LD_LIBRARY_PATH", "/opt/castor/_internal")
        monkeypatch.delenv("LD_LIBRARY_PATH_ORIG", raising=False)
        monkeypatch.setenv("PYINSTALLER_RESET_ENVIRONMENT", "")

        door.entry.give_back_the_search_path()

        assert "LD_LIBRARY_PATH" not in os.environ

    def test_a_program_without_standard_streams_can_write_to_them(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(sys, "stdout", None)
        monkeypatch.setattr(sys, "stderr", None)

        door.entry.open_missing_streams()

        with sys.stdout, sys.stderr:
            print("nobody reads this", file=sys.stderr)
            print("nor this")


class TestTheSizes:
    def test_the_table_counts_every_file_once(
        self, door: SimpleNamespace, tmp_path: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        sizes = {
            "castor": 1_000_000,
            "_internal/PySide6/Qt/lib/libicudata.so.73": 32_000_000,
            "_internal/PySide6/Qt/lib/libQt6Gui.so.6": 11_000_000,
            "_internal/PySide6/Qt/plugins/platforms/libqxcb.so": 100_000,
            "_internal/PySide6/QtGui.abi3.so": 4_000_000,
            "_internal/libX11.so.6": 1_300_000,
            "_internal/resources/castor.svg": 1_000,
        }
        for name, size in sizes.items():
            path = tmp_path / name
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("wb") as file:
                file.truncate(size)
        (tmp_path / "_internal" / "libQt6Gui.so.6").symlink_to("PySide6/Qt/lib/libQt6Gui.so.6")

        assert door.frozen.print_sizes(tmp_path) == sum(sizes.values())

        table = capsys.readouterr().out.splitlines()
        assert table[0] == "   32.0 MB  Unicode's data (ICU)"
        assert table[1] == "   11.0 MB  Qt's libraries"
        assert "    4.0 MB  Qt for Python" in table
        assert "    1.3 MB  libraries of the system" in table
        assert table[-1] == "   49.4 MB  in all"

    def test_a_program_that_is_too_large_is_a_failed_build(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(door.frozen, "ROOT", tmp_path)
        monkeypatch.setattr(door.frozen, "PROGRAM", tmp_path)
        monkeypatch.setattr(door.frozen, "freeze", lambda: 0)
        monkeypatch.setattr(door.frozen, "LARGEST", 3)
        options = door.frozen.Options(test=False, packages=False)

        (tmp_path / "castor").write_bytes(b"123")
        assert door.frozen.build(options) == 0
        (tmp_path / "castor").write_bytes(b"1234")
        assert door.frozen.build(options) == 1

    def test_the_limit_is_175_mb(self, door: SimpleNamespace) -> None:
        assert door.frozen.LARGEST == 175_000_000


def test_the_trial_has_a_home_of_its_own_and_no_key(
    door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GEMINI_API_KEY", "canary")
    monkeypatch.setenv("LD_LIBRARY_PATH", "/mine")

    with door.trial.clean_variables() as variables:
        home = Path(variables["HOME"])
        assert home.is_dir()
        assert "canary" not in variables.values()
        assert "LD_LIBRARY_PATH" not in variables
        with pytest.raises(BadFaultPoint):
            arm(variables, frozen=False)  # the program that is tried must be one that does not look
    assert not home.exists()
