"""A browser's window is opened, where this machine has one that shows windows."""

import os
import sys
import threading
import webbrowser

DISPLAYS = ("DISPLAY", "WAYLAND_DISPLAY", "WSL_DISTRO_NAME")


def can_open() -> bool:
    """Whether a window would be seen: somebody's $BROWSER, or a screen and a browser for it."""
    if os.environ.get("BROWSER"):
        return True
    if sys.platform.startswith("linux") and not any(map(os.environ.get, DISPLAYS)):
        return False
    try:
        browser = webbrowser.get()
    except webbrowser.Error:
        return False
    # the browsers of a terminal are of this class itself, and would write over the command's words
    return type(browser) is not webbrowser.GenericBrowser


def open_window(url: str) -> bool:
    """Open it, without waiting; False where nobody would see it."""
    if not can_open():
        return False
    threading.Thread(target=webbrowser.open, args=(url,), daemon=True).start()
    return True
