"""Functions of your own: routes in code, whose parts and wholes are cached together."""
