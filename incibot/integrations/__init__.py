"""Systems that incibot calls: one module each, all through the one door of `http.py`."""
