"""jobraker: the mail of a job board, from its database to its people."""

__version__ = "0.1.0"
