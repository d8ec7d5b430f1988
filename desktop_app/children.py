"""How Castor starts itself once more: for the demo's server, for the decoder of pictures and
for the setter of formulas.

Stdlib only; any level may import it.
"""

import sys
from pathlib import Path


def own_command() -> list[str]:
    """The command that runs this very Castor; arguments follow.

    A frozen one is two programs in one folder. Children are the one with a console: on Windows
    the other has neither standard input nor output.
    """
    if not getattr(sys, "frozen", False):
        return [sys.executable, "-m", "desktop_app"]
    program = Path(sys.executable)
    return [str(program.with_name(f"castor{program.suffix}"))]
