"""The right answers, from the manifests alone: plain Python in which nothing of askreg is imported."""
