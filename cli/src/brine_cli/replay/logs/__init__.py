"""The formats of access logs, and the way from a file to rows."""
