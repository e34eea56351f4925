"""The chat in the terminal: input, output, and what a person can ask for with a slash."""
