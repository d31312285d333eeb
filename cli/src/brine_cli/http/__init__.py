"""An HTTP/1.1 server for this machine, and the checks of which web pages may use it."""
