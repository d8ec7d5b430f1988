"""The running life: sessions, the list of conversations, preferences, notices. QtCore only."""
