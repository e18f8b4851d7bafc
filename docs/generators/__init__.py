"""Parts of the reference that are drawn from the program itself, so that they cannot drift from it."""
