"""The models, held against small books that can be checked by hand."""
