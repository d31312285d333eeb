"""AWS Lambda Powertools: its event handler runs the functions of routes. Imported at the first miss of such a route."""
