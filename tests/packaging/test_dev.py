"""The developer's door: what it installs, when it does so again, and what it says."""

import ast
import io
import json
import os
import subprocess
import sys
import tarfile
import time
from collections.abc import Callable
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGING = ROOT / "packaging"
MODULES = ("corpus", "environment", "debian", "launch", "release", "trial", "frozen", "dev")

Program = Callable[[str, str], Path]


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Program:
    """Put a shell script of a name on the PATH, before all others."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")

    def write(name: str, script: str) -> Path:
        path = folder / name
        path.write_text(f"#!/bin/sh\n{script}\n", "utf-8")
        path.chmod(0o755)
        return path

    return write


def dev(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(PACKAGING / "dev.py"), *arguments],
        check=False,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, **variables},
        stdin=subprocess.DEVNULL,
    )


class TestTheCommandLine:
    def test_help_names_every_verb(self) -> None:
        shown = dev("--help")

        assert shown.returncode == 0
        for verb in ("setup", "run [ARG ...]", "test [ARG ...]", "check", "build [ARG ...]"):
            assert f"\n  {verb} " in shown.stdout

    @pytest.mark.parametrize(
        "line", [(), ("fly",), ("setup", "now"), ("check", "-v"), ("build", "now")]
    )
    def test_what_it_does_not_know_is_refused_before_anything_is_installed(
        self, line: tuple[str, ...]
    ) -> None:
        refused = dev(*line)

        assert refused.returncode == 2
        assert "usage: dev.py" in refused.stderr
        assert "Installing" not in refused.stderr

    @pytest.mark.parametrize("verb", ["run", "test"])
    def test_arguments_after_the_verb_are_passed_on_untouched(
        self, door: SimpleNamespace, verb: str
    ) -> None:
        given = ["--help", "-k", "a or b", "--ask", "x y", "-x", "photo one.png"]

        assert door.dev.parse([verb, *given]).arguments == given


class TestTheVersionOfPython:
    def test_one_that_is_too_old_gets_one_sentence_and_exit_code_2(
        self,
        door: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(door.dev.sys, "version_info", (3, 10, 13, "final", 0))

        assert door.dev.main(["setup"]) == 2

        expected = f"Castor needs Python 3.11 or newer; {sys.executable} is 3.10.13.\n"
        assert capsys.readouterr().err == expected

    @pytest.mark.parametrize("version", [(3, 11, 0), (3, 13, 1), (4, 0, 0)])
    def test_one_that_is_new_enough_passes(
        self, door: SimpleNamespace, version: tuple[int, ...]
    ) -> None:
        door.dev.require_python(version)

    @pytest.mark.parametrize("name", MODULES)
    def test_an_old_one_can_read_the_door_and_say_so(self, name: str) -> None:
        source = (PACKAGING / f"{name}.py").read_text("utf-8")

        ast.parse(source, feature_version=(3, 7))
        assert "\nfrom __future__ import annotations\n" in source


class TestTheSystemsPackages:
    LISTING = (
        "installed\\tbash, \\n"
        "installed\\tlibglib2.0-0t64, libglib2.0-0 (= 2.80.0-6), libglib2.0-data-reader\\n"
        "config-files\\txvfb, xserver\\n"
        "installed\\tlibgl1, \\n"
    )

    @pytest.fixture(autouse=True)
    def a_debian(
        self,
        door: SimpleNamespace,
        program: Program,
        tmp_path: Path,
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        program("dpkg-query", f"printf '{self.LISTING}'")
        program("apt-get", f'echo "$DEBIAN_FRONTEND $*" >> {tmp_path}/apt')
        monkeypatch.setattr(door.environment, "LOCK", tmp_path / "lock" / "setup.lock")
        monkeypatch.setattr(door.debian, "can_make_environments", lambda: True)
        self.become(monkeypatch, user=0)

    def become(self, monkeypatch: pytest.MonkeyPatch, user: int) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: user, raising=False)

    def test_a_package_counts_under_the_names_that_it_provides(self, door: SimpleNamespace) -> None:
        provided = {"libglib2.0-0t64", "libglib2.0-0", "libglib2.0-data-reader"}

        assert door.debian.installed() == {"bash", "libgl1", *provided}

    def test_what_is_wanted_twice_is_missing_once_and_in_order(self, door: SimpleNamespace) -> None:
        assert door.debian.absent(["c", "a", "c", "b"], {"b"}) == ["c", "a"]

    def test_root_installs_what_is_missing_without_questions(
        self, door: SimpleNamespace, tmp_path: Path, said: list[str]
    ) -> None:
        door.debian.ensure(["libgl1", "libglib2.0-0", "xvfb", "xauth"], said.append)

        update, install = (tmp_path / "apt").read_text("utf-8").splitlines()
        assert update.startswith("noninteractive update ")
        assert install.startswith("noninteractive install -y --no-install-recommends ")
        assert [word for word in install.split() if word in ("libgl1", "libglib2.0-0")] == []
        assert {"ca-certificates", "xvfb", "xauth"} < set(install.split())
        assert said == ["Installing 3 Debian packages: ca-certificates xvfb xauth …"]

    def test_nothing_is_asked_of_apt_when_nothing_is_missing(
        self, door: SimpleNamespace, program: Program, tmp_path: Path, said: list[str]
    ) -> None:
        program("dpkg-query", r"printf 'installed\tca-certificates, \ninstalled\tlibgl1, \n'")

        door.debian.ensure(["libgl1"], said.append)

        assert not (tmp_path / "apt").exists()
        assert said == []

    def test_a_source_that_cannot_be_updated_does_not_stop_the_install(
        self, door: SimpleNamespace, program: Program, tmp_path: Path, said: list[str]
    ) -> None:
        program("apt-get", f'echo "$1" >> {tmp_path}/apt; [ "$1" != update ]')

        door.debian.ensure(["xvfb"], said.append)

        assert (tmp_path / "apt").read_text("utf-8").split() == ["update", "install"]

    def test_an_install_that_fails_is_an_error(
        self, door: SimpleNamespace, program: Program, said: list[str]
    ) -> None:
        program("apt-get", '[ "$1" = update ]')

        with pytest.raises(subprocess.CalledProcessError):
            door.debian.ensure(["xvfb"], said.append)

    def test_others_than_root_are_told_the_exact_command(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, said: list[str]
    ) -> None:
        self.become(monkeypatch, user=1000)

        with pytest.raises(door.debian.PackagesMissing) as stopped:
            door.debian.ensure(["libgl1", "xvfb", "fonts-noto-cjk"], said.append)

        command = (
            "sudo apt-get install -y --no-install-recommends ca-certificates xvfb fonts-noto-cjk"
        )
        assert str(stopped.value).splitlines()[1:] == [f"    {command}"]

    def test_missing_fonts_alone_stop_nobody(
        self,
        door: SimpleNamespace,
        program: Program,
        monkeypatch: pytest.MonkeyPatch,
        said: list[str],
    ) -> None:
        program("dpkg-query", r"printf 'installed\tca-certificates, \n'")
        self.become(monkeypatch, user=1000)

        door.debian.ensure(["fonts-noto-cjk"], said.append)

        assert "sudo apt-get install -y --no-install-recommends fonts-noto-cjk" in said[0]

    def test_a_python_without_ensurepip_needs_its_own_venv_package(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        monkeypatch.setattr(door.debian, "can_make_environments", lambda: False)

        with pytest.raises(door.debian.PackagesMissing, match="comes without venv or ensurepip"):
            door.debian.ensure([], print)

        package = f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"
        assert package in (tmp_path / "apt").read_text("utf-8").split()

    def test_a_system_without_apt_is_left_alone(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, said: list[str]
    ) -> None:
        monkeypatch.setattr(door.debian.shutil, "which", lambda _name: None)

        door.debian.ensure(["xvfb"], said.append)

        assert said == []


class TestWhatAVerbNeedsOfTheSystem:
    def test_checking_needs_no_qt(self, door: SimpleNamespace) -> None:
        assert door.dev.debian_packages("check") == ()

    def test_running_needs_a_screen_only_where_there_is_none(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(door.launch, "screen_is_missing", lambda: False)
        assert "xvfb" not in door.dev.debian_packages("run")

        monkeypatch.setattr(door.launch, "screen_is_missing", lambda: True)
        assert "xvfb" in door.dev.debian_packages("run")

    def test_set_up_installs_what_the_other_verbs_need(self, door: SimpleNamespace) -> None:
        everything = set(door.dev.debian_packages("setup"))

        for verb in ("run", "test", "check"):
            assert set(door.dev.debian_packages(verb)) <= everything
            assert set(door.dev.SETS[verb]) <= set(door.dev.SETS["setup"])


class TestTheVirtualEnvironment:
    @pytest.fixture(autouse=True)
    def a_project(
        self, door: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A project in a temporary folder, where commands are noted and venv makes an empty one."""
        self.door = door
        self.environment = door.environment
        self.commands: list[list[str]] = []
        self.said: list[str] = []
        self.member = door.corpus.MEMBER
        monkeypatch.setattr(door.environment, "VENV", tmp_path / ".venv")
        monkeypatch.setattr(door.environment, "LOCK", tmp_path / "build" / "setup.lock")
        monkeypatch.setattr(door.environment, "REQUIREMENTS", tmp_path)
        monkeypatch.setattr(door.environment, "_run", self.note)
        for name in ("runtime", "test", "check"):
            (tmp_path / f"{name}.txt").write_text(f"# {name}\n", "utf-8")

    def note(self, command: list[str], _lock: int) -> None:
        self.commands.append(command)
        if "venv" in command:
            python = self.environment.program("python")
            python.parent.mkdir(parents=True, exist_ok=True)
            python.write_text("", "utf-8")
            python.chmod(0o755)
        if "download" in command:
            self.pack(Path(command[-1].partition("=")[2]))

    def pack(self, folder: Path) -> None:
        """Put what pip would fetch into a folder."""
        with tarfile.open(folder / "package-1.0.tar.gz", "w:gz") as archive:
            for name in ("PKG-INFO", self.member):
                data = b"[]" if name == self.member else b""
                entry = tarfile.TarInfo(f"package-1.0/{name}")
                entry.size = len(data)
                archive.addfile(entry, io.BytesIO(data))

    def prepare(self, *sets: str) -> list[str]:
        """Prepare `sets`; return what was done, in the words "venv" and "pip runtime test"."""
        self.commands.clear()
        self.environment.prepare(sets, self.said.append)
        return [self.told(command) for command in self.commands]

    def told(self, command: list[str]) -> str:
        if "venv" in command:
            return "venv"
        files = [word.partition("=")[2] for word in command if word.startswith("--requirement=")]
        verb = "fetch" if "download" in command else "pip"
        return " ".join([verb, *(Path(file).stem for file in files)])

    def test_it_is_made_once(self) -> None:
        assert self.prepare("runtime", "test") == ["venv", "pip runtime test"]
        assert self.prepare("runtime", "test") == []
        assert self.prepare("runtime") == []

    def test_only_the_hashes_that_are_locked_are_installed(self) -> None:
        self.prepare("runtime")

        assert {"--require-hashes", "--no-deps"} <= set(self.commands[1])

    def test_a_further_set_is_added_to_it(self) -> None:
        self.prepare("runtime")

        assert self.prepare("runtime", "test", "check") == ["pip test check"]
        assert self.prepare("runtime", "test", "check") == []

    def test_a_changed_lock_is_installed_again(self, tmp_path: Path) -> None:
        self.prepare("runtime", "test")
        (tmp_path / "test.txt").write_text("# another\n", "utf-8")

        assert self.prepare("runtime") == []
        assert self.prepare("runtime", "test") == ["pip test"]

    def test_the_examples_of_commonmark_are_fetched_by_their_hash(self, tmp_path: Path) -> None:
        assert self.prepare("runtime", "test", "corpus") == [
            "venv",
            "pip runtime test",
            "fetch wanted",
        ]
        kept = tmp_path / ".venv" / "share" / "castor"
        assert "--require-hashes" in self.commands[-1]
        assert [path.name for path in kept.iterdir()] == ["commonmark.json"]
        assert (kept / "commonmark.json").read_bytes() == b"[]"
        assert self.prepare("runtime", "test", "corpus") == []

    def test_another_release_has_its_examples_fetched_again(self, tmp_path: Path) -> None:
        self.prepare("runtime", "test", "corpus")
        lock = "a==1 \\\n    --hash=sha256:0\nmarkdown-it-py==9 \\\n    --hash=sha256:1\nb==2\n"
        (tmp_path / "runtime.txt").write_text(lock, "utf-8")

        assert self.prepare("test", "corpus") == ["fetch wanted"]
        assert self.door.corpus.locked(tmp_path / "runtime.txt") == "".join(
            lock.splitlines(keepends=True)[2:4]
        )

    def test_a_release_without_examples_is_told(
        self, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
    ) -> None:
        self.member = "elsewhere.json"
        monkeypatch.setattr(self.door.dev, "debian_packages", lambda _verb: ())

        assert self.door.dev.main(["test"]) == 1
        assert "has no tests/test_cmark_spec/commonmark.json" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("name", "value"), [("RECIPE", 999), ("VENV", Path("elsewhere").absolute())]
    )
    def test_another_recipe_or_place_makes_it_anew(
        self, name: str, value: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.prepare("runtime", "test")
        if name == "VENV":
            value = (tmp_path / ".venv").rename(tmp_path / "moved")
        monkeypatch.setattr(self.environment, name, value)

        assert self.prepare("runtime") == ["venv", "pip runtime"]

    def test_another_python_makes_it_anew(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.prepare("runtime")
        monkeypatch.setattr(self.environment.sys, "version_info", (3, 99, 0, "final", 0))

        assert self.prepare("runtime") == ["venv", "pip runtime"]

    def test_a_lost_interpreter_makes_it_anew(self) -> None:
        self.prepare("runtime")
        self.environment.program("python").unlink()

        assert self.prepare("runtime") == ["venv", "pip runtime"]

    @pytest.mark.parametrize("stamp", ["", "[]", "{}", "null", '{"made": [], "sets": {}}'])
    def test_an_unreadable_stamp_makes_it_anew(self, stamp: str) -> None:
        self.prepare("runtime")
        (self.environment.VENV / "castor-setup.json").write_text(stamp, "utf-8")

        assert self.prepare("runtime") == ["venv", "pip runtime"]

    @pytest.mark.parametrize("moment", ["venv", "pip"])
    def test_an_interrupted_set_up_heals_at_the_next_start(
        self, moment: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.prepare("runtime")

        def interrupt(command: list[str], lock: int) -> None:
            self.note(command, lock)
            if moment in command:
                raise KeyboardInterrupt

        with monkeypatch.context() as while_interrupted:
            while_interrupted.setattr(self.environment, "_run", interrupt)
            while_interrupted.setattr(self.environment, "RECIPE", 999)
            with pytest.raises(KeyboardInterrupt):
                self.prepare("runtime", "test")

        assert self.prepare("runtime", "test") == ["venv", "pip runtime test"]

    def test_two_starts_at_once_set_it_up_once(self, tmp_path: Path) -> None:
        script = tmp_path / "start.py"
        script.write_text(
            "import os, sys, time\n"
            "from pathlib import Path\n"
            f"sys.path.insert(0, {str(PACKAGING)!r})\n"
            "import environment\n"
            f"root = Path({str(tmp_path)!r})\n"
            "environment.VENV, environment.REQUIREMENTS = root / '.venv', root\n"
            "environment.LOCK = root / 'build' / 'setup.lock'\n"
            "def slow(command, lock):\n"
            "    time.sleep(0.3)\n"
            "    python = environment.program('python')\n"
            "    python.parent.mkdir(parents=True, exist_ok=True)\n"
            "    python.touch(0o755)\n"
            "    print('venv' if 'venv' in command else 'pip', flush=True)\n"
            "environment._run = slow\n"
            "environment.prepare(['runtime'], print)\n"
            "print('ready')\n",
            "utf-8",
        )
        starts = [
            subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, encoding="utf-8")
            for _ in range(3)
        ]
        printed = "".join(start.communicate()[0] for start in starts).splitlines()

        assert [start.returncode for start in starts] == [0, 0, 0]
        counted = {word: printed.count(word) for word in ("venv", "pip", "ready")}
        assert counted == {"venv": 1, "pip": 1, "ready": 3}


class TestTheEnvironmentOfTests:
    def test_keys_proxies_and_tastes_of_the_developer_stay_outside(
        self, door: SimpleNamespace
    ) -> None:
        unwanted = (
            *("GEMINI_API_KEY", "GOOGLE_API_KEY", "https_proxy", "ALL_PROXY", "NO_PROXY"),
            *("PYTHONPATH", "PYTHONWARNINGS", "QT_QPA_FONTDIR", "QT_SCALE_FACTOR"),
        )

        variables = door.dev.test_variables({"PATH": "/bin", **dict.fromkeys(unwanted, "x")})

        assert variables.pop("LC_ALL", "C.UTF-8") == "C.UTF-8"
        assert variables == {"PATH": "/bin", "QT_QPA_PLATFORM": "offscreen"}

    def test_a_platform_that_was_chosen_is_kept(self, door: SimpleNamespace) -> None:
        assert door.dev.test_variables({"QT_QPA_PLATFORM": "xcb"})["QT_QPA_PLATFORM"] == "xcb"

    def test_ci_takes_the_profile_of_that_name(self, door: SimpleNamespace) -> None:
        assert door.dev.test_variables({"CI": "true"})["HYPOTHESIS_PROFILE"] == "ci"
        assert "HYPOTHESIS_PROFILE" not in door.dev.test_variables({"CI": ""})

    @pytest.mark.skipif(sys.platform != "linux", reason="XDG folders are Linux's")
    def test_a_private_runtime_folder_is_lent_and_taken_back(self, door: SimpleNamespace) -> None:
        with door.launch.runtime_folder({}) as variables:
            folder = Path(variables["XDG_RUNTIME_DIR"])
            assert folder.stat().st_mode & 0o777 == 0o700
        assert not folder.exists()

        with door.launch.runtime_folder({"XDG_RUNTIME_DIR": "/run/user/7"}) as variables:
            assert variables == {"XDG_RUNTIME_DIR": "/run/user/7"}


class TestTheChecks:
    @pytest.fixture(autouse=True)
    def two_checks(
        self, door: SimpleNamespace, program: Program, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        self.programs = {
            "broken": program("broken", "echo a.py:1: bad; exit 3"),
            "sound": program("sound", "echo all is well"),
        }
        monkeypatch.setattr(door.environment, "program", self.programs.__getitem__)

    def test_all_of_them_run_and_one_failure_fails(
        self,
        door: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(door.dev, "CHECKS", {"style": ("broken", "."), "types": ("sound",)})

        assert door.dev.check() == 1

        said, style, types = capsys.readouterr().out.splitlines()
        assert said == "a.py:1: bad"
        assert style.startswith("failed  style ")
        assert types.startswith("ok      types ")

    def test_what_a_check_says_of_success_is_not_repeated(
        self,
        door: SimpleNamespace,
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.setattr(door.dev, "CHECKS", {"types": ("sound",)})

        assert door.dev.check() == 0
        assert "all is well" not in capsys.readouterr().out


@pytest.mark.skipif(os.name == "nt", reason="the X server and shell scripts are not Windows'")
class TestAScreenOfOurOwn:
    @pytest.mark.parametrize("name", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
    def test_a_screen_that_is_there_is_used(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, name: str
    ) -> None:
        monkeypatch.setattr(door.launch.sys, "platform", "linux")
        for unset in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
            monkeypatch.delenv(unset, raising=False)
        assert door.launch.screen_is_missing()

        monkeypatch.setenv(name, "x")
        assert not door.launch.screen_is_missing()

    def test_the_display_that_the_server_chose_is_handed_on_and_the_server_ends(
        self, door: SimpleNamespace, program: Program, tmp_path: Path
    ) -> None:
        program("Xvfb", f"echo $$ > {tmp_path}/pid; echo 7; exec sleep 60")

        with door.launch.own_screen({"A": "b"}) as variables:
            assert variables == {"A": "b", "DISPLAY": ":7"}
            server = int((tmp_path / "pid").read_text("utf-8"))
            os.kill(server, 0)

        with pytest.raises(ProcessLookupError):
            os.kill(server, 0)

    def test_a_server_that_does_not_start_is_quoted(
        self, door: SimpleNamespace, program: Program
    ) -> None:
        program("Xvfb", "echo no frame buffer >&2; exit 1")

        with (
            pytest.raises(door.launch.NoScreen, match="no frame buffer"),
            door.launch.own_screen({}),
        ):
            raise AssertionError

    def test_a_server_that_is_not_installed_is_said_in_words(
        self, door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("PATH", "")

        with (
            pytest.raises(door.launch.NoScreen, match="no Xvfb"),
            door.launch.own_screen({}),
        ):
            raise AssertionError


@pytest.mark.skipif(os.name == "nt", reason="shell scripts are not Windows'")
class TestTheQuestionToTheDemo:
    EXPORT = json.dumps(
        {
            "conversations": [
                {
                    "title": "A harbour",
                    "turns": [
                        {
                            "input": [{"type": "text", "text": "What is in this picture?"}],
                            "steps": [
                                {"type": "thought", "content": [{"type": "text", "text": "Hm."}]},
                                {
                                    "type": "model_output",
                                    "content": [
                                        {"type": "text", "text": "Boats."},
                                        {"type": "image", "data": "AAAA"},
                                        {"type": "text", "text": "And a quay."},
                                    ],
                                },
                            ],
                            "outcome": "complete",
                        }
                    ],
                }
            ]
        }
    )

    @pytest.fixture(autouse=True)
    def in_a_temporary_project(
        self, door: SimpleNamespace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(door.launch, "ROOT", tmp_path)
        monkeypatch.setattr(door.launch, "SCREENSHOT", tmp_path / "build" / "run" / "castor.png")

    def test_the_answer_and_the_place_of_the_screenshot_are_printed(
        self,
        door: SimpleNamespace,
        program: Program,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        (tmp_path / "export.json").write_text(self.EXPORT, "utf-8")
        script = f'echo "$@" >> {tmp_path}/calls; [ "$1" = --demo ] || cat {tmp_path}/export.json'
        app = program("castor", script)

        assert door.launch.ask_about_the_picture([str(app)], os.environ) == 0

        shown = capsys.readouterr().out
        assert "Boats.\n\nAnd a quay.\n" in shown
        assert "Hm." not in shown
        assert shown.splitlines()[-1] == "Screenshot: build/run/castor.png"
        asked, exported = (tmp_path / "calls").read_text("utf-8").splitlines()
        profile = asked.split()[2]
        assert asked.startswith(f"--demo --profile {profile} --ask What is in this picture? ")
        assert asked.endswith(f"/harbour.png --screenshot {tmp_path}/build/run/castor.png")
        assert exported == f"export --profile {profile} --format json"
        assert not Path(profile).exists()

    @pytest.mark.parametrize("call", ["--demo", "export"])
    def test_a_program_that_fails_is_quoted_and_its_code_passed_on(
        self,
        door: SimpleNamespace,
        program: Program,
        call: str,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        app = program("castor", f'[ "$1" != {call} ] || {{ echo it broke >&2; exit 7; }}')

        assert door.launch.ask_about_the_picture([str(app)], os.environ) == 7
        assert "it broke" in capsys.readouterr().err

    def test_a_program_that_was_killed_has_the_code_that_shells_give(
        self, door: SimpleNamespace, program: Program
    ) -> None:
        app = program("castor", "kill -SEGV $$")

        assert door.launch.ask_about_the_picture([str(app)], os.environ) == 128 + 11

    @pytest.mark.parametrize(
        "exported",
        ["", "[]", "{}", '{"conversations": 7}', '{"conversations": [{"turns": [null, {}]}]}'],
    )
    def test_an_export_without_an_answer_is_no_text(
        self, door: SimpleNamespace, exported: str
    ) -> None:
        assert door.launch.answer_text(exported) == ""


@pytest.mark.skipif(os.name == "nt", reason="signals are not Windows'")
def test_a_program_in_the_foreground_ends_with_the_door(tmp_path: Path) -> None:
    note = tmp_path / "pid"
    script = (
        f"import sys; sys.path.insert(0, {str(PACKAGING)!r})\n"
        "import signal, dev, launch\n"
        "signal.signal(signal.SIGTERM, dev._end)\n"
        f"sys.exit(launch.in_foreground(['sh', '-c', 'echo $$ > {note}; exec sleep 60'], None))\n"
    )
    door = subprocess.Popen([sys.executable, "-c", script])
    deadline = time.monotonic() + 20
    while not (note.exists() and note.read_text("utf-8").strip()):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    door.terminate()

    assert door.wait(20) == 143
    with pytest.raises(ProcessLookupError):
        os.kill(int(note.read_text("utf-8")), 0)


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the person's own screen is used")
def test_the_benchmarks_run_on_a_screen_of_their_own(
    door: SimpleNamespace, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[list[str], dict[str, str], Path]] = []

    def start(command: list[str], variables: dict[str, str], folder: Path) -> int:
        started.append((command, variables, folder))
        return 7

    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(
        door.launch, "own_screen", lambda seen: nullcontext({**seen, "DISPLAY": ":99"})
    )
    monkeypatch.setattr(door.launch, "in_foreground", start)
    options = door.dev.parse(["bench", "--json", "start"])

    assert door.dev.bench(options.arguments) == 7
    ((command, variables, folder),) = started
    assert command[1:] == ["-m", "tests.benchmarks", "--json", "start"]
    assert (variables["DISPLAY"], variables["QT_QPA_PLATFORM"]) == (":99", "xcb")
    assert folder == ROOT
