"""The terminal: its width, and colours that can be read on a dark and on a light background."""
