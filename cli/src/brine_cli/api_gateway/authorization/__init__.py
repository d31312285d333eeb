"""The access to the routes of an HTTP API: signatures, JSON Web Tokens, and functions that decide."""
