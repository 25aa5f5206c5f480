"""Values without torch: regions, masks, images, transforms, the catalog and the errors."""
