"""The options of a run, one file a group: the command line reads the docs of each from the source of its file."""
