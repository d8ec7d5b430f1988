"""Preferences: a frozen value, a JSON file, and the key in the operating system's keychain."""
