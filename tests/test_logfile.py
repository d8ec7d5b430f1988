"""The log at its end; what it never holds is tested where keys and passwords are used."""

import subprocess
import sys
from pathlib import Path

PROGRAM = """
import logging, pathlib, sys
from desktop_app.logfile import close_log, open_log
handler = open_log(pathlib.Path(sys.argv[1]), lambda: None)
logging.warning("while it is open")
close_log(handler)
logging.warning("too late")
"""


def test_what_is_logged_after_the_end_is_not_written_to_the_terminal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path)],
        cwd=Path(__file__).parents[1],
        capture_output=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == (b"", b"")
    assert "while it is open" in (tmp_path / "castor.log").read_text()
    assert "too late" not in (tmp_path / "castor.log").read_text()
