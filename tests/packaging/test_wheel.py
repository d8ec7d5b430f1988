"""The wheel stands alone: it carries the resources and runs with the source tree out of sight."""

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PICTURE = "demo/harbour.png"


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of this tree, built by the backend that pyproject.toml names."""
    folder = tmp_path_factory.mktemp("dist")
    run([sys.executable, "-m", "hatchling", "build", "--target", "wheel", "-d", folder], ROOT)
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds the installed wheel and nothing else; its dependencies are ours."""
    folder = tmp_path_factory.mktemp("installed")
    options = ("--no-deps", "--no-index", "--no-compile", "--disable-pip-version-check", "--quiet")
    run([sys.executable, "-m", "pip", "install", *options, "--target", folder, wheel], folder)
    return folder


def run(command: list[str | Path], folder: Path, **variables: str) -> str:
    """Run `command` in `folder` and return what it printed; the test fails when it does."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    done = subprocess.run(
        command,
        check=False,
        capture_output=True,
        encoding="utf-8",
        cwd=folder,
        env={**environment, **variables},
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_it_is_one_for_every_system_and_every_python_3(wheel: Path) -> None:
    assert wheel.name.startswith("castor_desktop-")
    assert wheel.name.endswith("-py3-none-any.whl")


def test_every_module_and_every_resource_is_inside_and_nothing_else(wheel: Path) -> None:
    inside = {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}

    assert inside == {
        *sources(ROOT / "desktop_app", "desktop_app"),
        *sources(ROOT / "resources", "desktop_app/_resources"),
    }
    assert {"desktop_app/py.typed", f"desktop_app/_resources/{PICTURE}"} < inside


def sources(folder: Path, name: str) -> set[str]:
    """Return the paths of all files below `folder`, as they are when it is called `name`."""
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".pyc")
    return {f"{name}/{path.relative_to(folder).as_posix()}" for path in files}


def test_it_carries_the_licence_and_both_commands(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (licence,) = (n for n in archive.namelist() if n.endswith(".dist-info/licenses/LICENSE"))
        (commands,) = (n for n in archive.namelist() if n.endswith("/entry_points.txt"))

        assert archive.read(licence) == (ROOT / "LICENSE").read_bytes()
        assert b"[console_scripts]\ncastor = " in archive.read(commands)
        assert b"[gui_scripts]\ncastor-gui = " in archive.read(commands)


def test_the_installed_command_says_its_version(
    wheel: Path, installed: Path, tmp_path: Path
) -> None:
    command = installed / "bin" / ("castor.exe" if os.name == "nt" else "castor")

    printed = run([command, "--version"], tmp_path, PYTHONPATH=str(installed))

    assert wheel.name.split("-")[1] in printed.split()


def test_the_installed_package_reads_its_own_resources(installed: Path, tmp_path: Path) -> None:
    script = (
        "import sys, desktop_app.assets as assets\n"
        "print(assets.__file__)\n"
        f"print(assets.read_bytes({PICTURE!r}).hex())\n"
    )

    printed = run([sys.executable, "-c", script], tmp_path, PYTHONPATH=str(installed))

    module, picture = printed.split("\n")[:2]
    assert Path(module).is_relative_to(installed)
    assert bytes.fromhex(picture) == (ROOT / "resources" / PICTURE).read_bytes()
