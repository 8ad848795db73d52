"""What a window leaves that ends otherwise than it should: the trace of a crash, its marker."""
