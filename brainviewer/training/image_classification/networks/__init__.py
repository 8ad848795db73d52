"""Networks of single images: building, pretrained weights, files."""
