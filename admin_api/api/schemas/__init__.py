"""The shapes that the API takes and gives, a module for each router; every shape carries an example."""
