"""The product. `main` is the web root, `cli` the command, `slices` the list of what is in it."""
