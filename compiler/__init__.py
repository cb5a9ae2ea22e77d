"""The compiler: text and what was heard in, a schedule of plain arrays out; pure, and free of torch and files."""
