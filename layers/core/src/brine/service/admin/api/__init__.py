"""The operations of the admin API and their arguments. The handlers and the OpenAPI document use this description."""
