"""Where one scan of a head lies against another: rigid, by mutual information."""
