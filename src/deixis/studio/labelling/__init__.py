"""A folder of pictures is labelled, picture by picture, by one person or several."""
