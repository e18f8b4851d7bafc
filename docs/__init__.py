"""The documentation: pages, and the parts of them that are drawn from the program."""
