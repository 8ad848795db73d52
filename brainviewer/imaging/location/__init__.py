"""Where a lesion lies: an atlas of the brain, and a head brought over its template."""
