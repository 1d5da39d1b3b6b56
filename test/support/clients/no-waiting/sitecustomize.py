"""Python runs this at its start when the folder is in PYTHONPATH: retries follow one another without a wait.

How often botocore tries is decided elsewhere, so the number of attempts stays what it is.
"""

import time

time.sleep = lambda seconds: None
