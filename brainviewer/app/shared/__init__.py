"""What all readers of this computer share, and only administrators change: models, PACS nodes."""
