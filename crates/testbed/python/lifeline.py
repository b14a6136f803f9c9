"""Runs a command that ends with its parent.

The parent holds the other end of standard input. When it closes, because the parent stops the service or has
been killed, the command is asked to end and, after a grace, made to.
"""

import signal
import subprocess
import sys
import threading

GRACE_SECONDS = 20

command = subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL)


def end(*_):
    command.terminate()


def watch():
    sys.stdin.buffer.read()
    end()
    try:
        command.wait(GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        command.kill()


signal.signal(signal.SIGTERM, end)
signal.signal(signal.SIGINT, signal.SIG_IGN)
threading.Thread(target=watch, daemon=True).start()
code = command.wait()
sys.exit(code if code >= 0 else 128 - code)
