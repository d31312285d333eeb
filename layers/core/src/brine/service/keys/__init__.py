"""Rotation of the keyring in a secret, and removal of a key."""
