"""Reads template.yaml as CloudFormation and SAM do, and gives the functions, routes and queues that it declares."""
