"""What reports are made of: what is known of a run, which plot a curve belongs to, and how both become a page."""
