"""The programs that answer: for each kind of query, which calls to make and how to say what they found."""
