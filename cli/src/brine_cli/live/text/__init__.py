"""Lines about requests that a person reads at a terminal."""
