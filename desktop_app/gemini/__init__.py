"""The client of the Interactions API: the only package that knows HTTP."""
