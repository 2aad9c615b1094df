"""From characters to terms: folding, the dictionary, words and bigrams."""
