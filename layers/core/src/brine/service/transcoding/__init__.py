"""Transcoding: an origin speaks one format, and each client another. Imported when such a route is first asked for."""
