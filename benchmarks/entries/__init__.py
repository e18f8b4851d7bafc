"""What is measured: one module per measurement, each a program that checks its answers and then reports."""
