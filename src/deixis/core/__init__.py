"""Values and files that need no torch: regions, masks, images, transforms, the catalog and the
errors stand here.
"""
