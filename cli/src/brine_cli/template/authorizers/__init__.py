"""The authorizers of HTTP APIs, as SAM reads them from the template."""
