"""Commands that ask PACS nodes, and those that set nodes up."""
