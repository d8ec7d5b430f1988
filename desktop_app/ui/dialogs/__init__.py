"""Windows of their own: never modal, opened by `open` or `show`, never by `exec`."""
