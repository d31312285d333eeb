"""The console: a page by which operators see and purge a cache. The twin and the admin function serve it."""
