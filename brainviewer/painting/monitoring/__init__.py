"""Charts of what models said week by week: on the screen and in HTML."""
