"""An HTTP/1.1 server for this machine, which refuses requests of foreign web pages."""
