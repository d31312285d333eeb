"""The keyrings of a twin, of a stack, or in a secret: what their keys do, rotation, and removal of a key."""
