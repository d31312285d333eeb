"""Sends a request as a client of the gateway, and explains the answer."""
