"""How annotations lie on the screen, one module a family of kinds."""
