"""The admin API of the twin: it answers below /_brine/ in the twin's own process."""
