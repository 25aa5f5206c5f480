"""Looking a data set over: every row checked, some of them shown."""
