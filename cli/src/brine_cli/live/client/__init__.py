"""Reads the live requests of a running twin from another process."""
