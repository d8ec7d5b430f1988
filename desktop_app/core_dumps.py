"""Keeps the memory of this program, which holds the key, off the disk."""

import sys


def forbid_core_dumps() -> None:
    """See to it that neither this process nor one that it starts leaves a core dump behind.

    The program is not made undumpable altogether (PR_SET_DUMPABLE): the desktop's portals could
    then not tell who asks them to show a folder or open a link, and any other program of the same
    person can reach the keychain itself. Windows keeps no dump unless it is told to.
    """
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
