"""Commands that show what a running gateway does and keeps."""
