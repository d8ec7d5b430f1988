"""Arguments, and which of Castor's programs they start; everything heavy is imported after that."""

import sys


def main() -> int:
    """Start what the arguments ask for; return the exit code."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["--decode-images"]:
        from desktop_app.images.worker import main as decode_images

        return decode_images()
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
