"""What a twin serves, as an immutable description that is read from files, and the runner that follows it."""
