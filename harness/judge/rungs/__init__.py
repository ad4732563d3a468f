"""The rungs of the ladder, one module each: `NEEDS` names the legs that it reads, `judge` makes its checks."""
