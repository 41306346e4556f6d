"""Sends a process SIGALRM after so many seconds.

usage: time_limit.py PID SECONDS
"""

import os
import signal
import sys
import time

time.sleep(int(sys.argv[2]))
os.kill(int(sys.argv[1]), signal.SIGALRM)
