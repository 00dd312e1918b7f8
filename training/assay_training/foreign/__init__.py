"""Small networks with the inputs and outputs of well-known public ones, to show that the product runs those by manifest alone."""
