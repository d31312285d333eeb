"""The keyring of tests."""

from typing import Final

KEYS: Final = '{"1": "a key for tests, which no deployment has"}'
