"""A model is examined on the Things: what it is asked, its figures by house, the bars, the card."""
