"""The kinds of attacks that `attacks.py` makes, one file each, and what they share."""
