"""The Interactions API's nouns as values: standard library only, no network, no disk, no pixels."""
