names: set[str]
