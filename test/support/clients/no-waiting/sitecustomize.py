"""Python runs this at its start when the folder is in PYTHONPATH: retries follow one another without a wait.

Every wait is over at once, and the clock is put forward by it: adaptive mode waits until the clock says that it may go
on. How often botocore tries is decided elsewhere, so the number of attempts stays what it is.
"""

import threading
import time

real_time = time.time
real_wait = threading.Condition.wait
skipped = 0.0


def skip(seconds):
    global skipped
    skipped += max(0.0, seconds)


def wait(condition, timeout=None):
    if timeout is None:
        return real_wait(condition)
    skip(timeout)
    return False


time.sleep = skip
time.time = lambda: real_time() + skipped
threading.Condition.wait = wait
