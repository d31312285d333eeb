"""The template, read as CloudFormation and SAM do: its functions, routes, queues and data resources."""
