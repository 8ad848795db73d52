"""What is known of studies that were seen before: the database of the study list."""
