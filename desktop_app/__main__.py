"""Starts what the arguments ask for; nothing heavy is imported before that is known."""

import gc
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from desktop_app.arguments import Arguments


def main() -> int:
    """Run one of Castor's programs.

    Return its exit code: 0, 1 for a failure, 2 where it cannot run at all.
    """
    words = sys.argv[1:]
    if words[:1] == ["--decode-images"]:
        from desktop_app.images.worker import main as decode_images

        return decode_images()
    if words[:1] == ["--serve-demo"]:
        from desktop_app.demo.__main__ import main as serve_demo

        del sys.argv[1]
        return serve_demo()
    from desktop_app.arguments import ExportArguments, read_arguments
    from desktop_app.errors import AppError

    arguments = read_arguments(words)
    try:
        if not isinstance(arguments, ExportArguments):
            return _run(arguments)
        from desktop_app.arguments import profile_folder
        from desktop_app.store.export import export

        export(profile_folder(arguments.profile), arguments.conversation)
    except AppError as error:
        sys.stderr.write(f"castor: {error} {error.advice}".rstrip() + "\n")
        return 2
    except BrokenPipeError:
        return 1
    return 0


def _run(arguments: "Arguments") -> int:
    from desktop_app.origin import check_base_url
    from desktop_app.platform_checks import check_platform

    check_platform()
    base_url = check_base_url(arguments.base_url) if arguments.base_url else ""
    from desktop_app.profile import Profile

    gc.disable()  # a start makes much and drops little; it goes on after the first paint
    profile = Profile(arguments)
    try:
        from desktop_app.app import run

        return run(arguments, profile, base_url)
    finally:
        profile.close()


if __name__ == "__main__":
    raise SystemExit(main())
