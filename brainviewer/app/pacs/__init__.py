"""PACS nodes in the background: searched, retrieved from, sent to."""
