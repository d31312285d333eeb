"""The shortcut for plain requests: most of an access log."""
