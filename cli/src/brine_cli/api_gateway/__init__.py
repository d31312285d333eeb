"""An HTTP API of Amazon API Gateway, emulated: routes, events, limits and signed requests."""
