"""Figures about the requests of the running twin."""
