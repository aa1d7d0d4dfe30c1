// Nothing: what it is compiled for are the headers of other libraries that all programs read.
