"""Commands that show the requests and the stored responses of a running gateway."""
