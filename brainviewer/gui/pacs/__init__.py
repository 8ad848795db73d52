"""The windows for PACS: search and retrieve, and the settings of nodes."""
