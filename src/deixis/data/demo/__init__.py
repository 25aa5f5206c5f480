"""Half a dozen pictures with their whole truth, for `deixis demo` and for first steps."""
