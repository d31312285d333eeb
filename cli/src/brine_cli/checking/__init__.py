"""Checks the files of a project, for `brine check` and for the start of `brine dev`."""
