"""What the headers of the open study say."""
