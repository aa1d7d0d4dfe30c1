// An empty file. It is compiled to precompile the headers of other libraries that all programs include.
