"""Starts what the arguments ask for; nothing heavy is imported before that is known."""

import gc
import sys
from typing import TYPE_CHECKING

from desktop_app.core_dumps import forbid_core_dumps

if TYPE_CHECKING:
    from desktop_app.arguments import Arguments
    from desktop_app.profile import Profile


def main() -> int:
    """Run one of Castor's programs.

    Return its exit code: 0, 1 for a failure, 2 where it cannot run at all.
    """
    words = sys.argv[1:]
    forbid_core_dumps()
    if words[:1] == ["--decode-images"]:
        from desktop_app.images.worker import main as decode_images

        return decode_images()
    if words[:1] == ["--render-formulas"]:
        from desktop_app.formulas.worker import main as render_formulas

        return render_formulas()
    if words[:1] == ["--serve-demo"]:
        from desktop_app.demo.__main__ import main as serve_demo

        del sys.argv[1]
        return serve_demo()
    from desktop_app.arguments import ExportArguments, RestoreArguments, read_arguments
    from desktop_app.errors import AppError

    arguments = read_arguments(words)
    try:
        match arguments:
            case ExportArguments():
                from desktop_app.arguments import profile_folder
                from desktop_app.store.export import export

                folder = profile_folder(arguments.profile)
                export(folder, arguments.conversation, form=arguments.form)
            case RestoreArguments():
                from desktop_app.restoring import restore_or_list

                restore_or_list(arguments)
            case _:
                return _run(arguments)
    except AppError as error:
        sys.stderr.write(f"castor: {error} {error.advice}".rstrip() + "\n")
        return 2
    except BrokenPipeError:
        return 1
    return 0


def _run(arguments: "Arguments") -> int:
    if arguments.self_test:
        from desktop_app.self_test import self_test

        return self_test()
    base_url = _base_url(arguments)
    profile = _open_profile(arguments, base_url)
    if profile is None:
        return 0
    gc.disable()  # a start makes much and drops little; it goes on after the first paint
    try:
        from desktop_app.app import run

        code = run(arguments, profile, base_url)
    finally:
        profile.close()
    from desktop_app.restarting import RESTART, start_again

    return start_again(arguments) if code == RESTART else code


def _base_url(arguments: "Arguments") -> str:
    """The server of the command line. One that is doubtful is asked about, by who can answer."""
    from desktop_app.look_alike import doubt_of
    from desktop_app.origin import BadBaseUrl, check_base_url, origin_of

    if not arguments.base_url:
        return ""
    base_url = check_base_url(arguments.base_url)
    doubt = doubt_of(origin_of(base_url))
    if doubt and arguments.screenshot is not None:
        raise BadBaseUrl(doubt, "Castor asks about such a server; start it without --screenshot.")
    return base_url


def _open_profile(arguments: "Arguments", base_url: str) -> "Profile | None":
    """Open the profile; `None` where a running program has it, and has taken what was given."""
    from desktop_app.arguments import profile_folder
    from desktop_app.instance import AlreadyRunning, is_held

    folder = profile_folder(arguments.profile, demo=arguments.demo)
    while True:
        if is_held(folder):
            from desktop_app.instance_client import hand_over

            if hand_over(folder, arguments, base_url):
                return None
        from desktop_app.platform_checks import check_platform

        check_platform()
        from desktop_app.quick_imports import skip_source_search

        skip_source_search()
        from desktop_app.profile import Profile

        try:
            return Profile(arguments)
        except AlreadyRunning:
            continue  # it was started a moment before us


if __name__ == "__main__":
    raise SystemExit(main())
