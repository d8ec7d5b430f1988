"""The offline demo: an honest Interactions server on this computer, always its own process."""
