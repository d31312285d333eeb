"""The credentials for emulators, which accept any."""

from __future__ import annotations

CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_SESSION_TOKEN": "test"}
"""The credentials that functions get, so that they never see the real credentials of the developer."""
