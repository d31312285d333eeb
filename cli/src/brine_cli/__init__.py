"""The `brine` command, and the local twin that it serves."""

__version__ = "0.1.0"
