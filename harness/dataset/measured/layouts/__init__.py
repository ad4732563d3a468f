"""The layouts of measured data, one file each: `recognise` says whether a file has it, `read` describes what it holds.

Adding one is a file with these two functions, its place in `choice.LAYOUTS`, and its lines in docs/data.md.
"""
