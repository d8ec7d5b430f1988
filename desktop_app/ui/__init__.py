"""The pixels: widgets that show values and say what the person does."""
