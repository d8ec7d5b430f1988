"""The transcript: turns in, signals out. Nothing in here knows the network or the disk."""
