"""How a study is looked at: layout, tool, overlays and fusion, as values."""
