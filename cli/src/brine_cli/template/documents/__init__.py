"""The text of a template, before it is read."""
