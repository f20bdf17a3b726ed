"""IR to Python text that a person can read: names, expressions, statements, modules."""
