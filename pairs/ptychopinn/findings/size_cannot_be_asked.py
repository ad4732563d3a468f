"""`--N 64` is refused: its choices are numbers and its type is text."""

from doors import stopped, told

try:
    stopped("tensorflow", N=64)
    status = 0
except SystemExit as error:
    status = error.code
told("no size but the default can be asked for", status == 2, exit_status_of_N_64=status)
