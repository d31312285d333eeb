"""The responses of origins: as the log has them, as samples have them, or as assumed."""
