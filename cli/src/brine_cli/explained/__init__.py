"""The report of an explanation at a terminal."""
