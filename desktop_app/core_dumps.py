"""Keeps the memory of this program, which holds the key, off the disk."""

import sys


def forbid_core_dumps() -> None:
    """See to it that neither this process nor one that it starts leaves a core dump behind.

    On Linux a limit of 0 is none for the program that core dumps may be piped to; with one byte,
    too little for any dump, the kernel begins none at all (core(5)).

    The program is not made undumpable altogether (PR_SET_DUMPABLE): the desktop's portals could
    then not tell who asks them to show a folder or open a link, and any other program of the same
    person can reach the keychain itself. Windows keeps no dump unless it is told to.
    """
    if sys.platform == "win32":
        return
    import resource

    most = 1 if sys.platform == "linux" else 0
    _, hard = resource.getrlimit(resource.RLIMIT_CORE)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)  # a limit that was lowered cannot be raised again
    resource.setrlimit(resource.RLIMIT_CORE, (most, most))
