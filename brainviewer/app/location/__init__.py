"""Where the lesion of the open study lies, computed in the background."""
