"""What the demo can do: each skill is a function from a question to a reply, or to nothing."""
