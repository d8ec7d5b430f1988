"""Pictures: known by their first bytes, decoded in a child process under limits."""
