"""Which part of a face was altered, and in which way (SeeABLE)."""
