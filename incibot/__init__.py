"""incibot: incident response for Slack, and the record that a review starts from."""

__version__ = "0.1.0"
