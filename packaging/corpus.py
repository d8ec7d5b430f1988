"""The examples of CommonMark, which the tests need and no wheel brings.

They are in the source distribution of markdown-it-py, which pip fetches as it is locked, hash and
all, from wherever it fetches everything else. Only the examples are kept.
"""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

PACKAGE = "markdown-it-py"
MEMBER = "tests/test_cmark_spec/commonmark.json"

PIP_DOWNLOAD = (
    *("-m", "pip", "--disable-pip-version-check", "download", "--no-input", "--quiet"),
    *("--require-hashes", "--no-deps", "--no-binary", PACKAGE, "--no-build-isolation"),
)
"""pip asks the build backend (flit-core, of the test set) for the package's name; none is built."""


class CorpusMissing(Exception):
    """What was fetched does not have the examples."""


def place(environment: Path) -> Path:
    """Return where an environment keeps the examples."""
    return environment / "share" / "castor" / "commonmark.json"


def locked(lock: Path) -> str:
    """Return the lines of the lock that are about the package."""
    lines = lock.read_text("utf-8").splitlines(keepends=True)
    begins = [at for at, line in enumerate(lines) if line.startswith(f"{PACKAGE}==")]
    if not begins:
        return ""
    end = begins[0] + 1
    while end < len(lines) and lines[end].lstrip().startswith("--hash="):
        end += 1
    return "".join(lines[begins[0] : end])


def digest(lock: Path) -> str:
    """Return what changes when another corpus is to be fetched."""
    return hashlib.sha256(locked(lock).encode()).hexdigest()


def fetch(python: Path, lock: Path, target: Path, run: Callable[[Sequence[str]], None]) -> None:
    """Fetch the package with an environment's pip, and write its examples to `target`.

    Raises CorpusMissing when they are not in it, what `run` raises when pip fails.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="fetching-") as name:
        folder = Path(name)
        wanted = folder / "wanted.txt"
        wanted.write_text(locked(lock), "utf-8")
        run([str(python), *PIP_DOWNLOAD, f"--requirement={wanted}", f"--dest={folder}"])
        draft = folder / "commonmark.json"
        draft.write_bytes(_examples(folder))
        draft.replace(target)


def _examples(folder: Path) -> bytes:
    for archive in folder.glob("*.tar.gz"):
        with tarfile.open(archive) as tar:
            for member in tar:
                file = tar.extractfile(member) if member.name.endswith(f"/{MEMBER}") else None
                if file is not None:
                    return file.read()
    raise CorpusMissing(f"The source distribution of {PACKAGE} has no {MEMBER}.")
