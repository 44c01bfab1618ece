"""One module per command; each has a `run` that takes its options."""
