"""Checks the files of a project: what `brine check` reports, and what `brine dev` reports when it starts."""
