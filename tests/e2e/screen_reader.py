"""What a screen reader does, as a program of its own: it finds, reads, writes, presses, and hears.

It is run by the system's python3, for which alone pyatspi is there. Each line that it is given is
a JSON list, the name of a function below and its arguments; each line that it answers is JSON.
"""

import json
import select
import sys
import time

import pyatspi
from gi.repository import GLib

PATIENCE = 40.0
"""Seconds until something that is looked for is said not to be there."""

FIELDS = ("entry", "text", "password text", "spin button", "slider", "combo box", "list")
BUTTONS = ("push button", "toggle button", "check box", "radio button", "menu item")

heard = []
"""What was announced, in order."""


def note(event):
    heard.append(str(event.any_data))


# --- looking --------------------------------------------------------------------------------------


def windows():
    """The windows of all programs."""
    for program in pyatspi.Registry.getDesktop(0):
        if program is not None:
            yield from (window for window in program if window is not None)


def below(node):
    """A thing and all that is shown in it, in the order in which a reader goes."""
    yield node
    for child in node:
        if child is not None and child.getState().contains(pyatspi.STATE_SHOWING):
            yield from below(child)


def everything():
    for window in windows():
        if window.getState().contains(pyatspi.STATE_SHOWING):
            yield from below(window)


def is_called(node, role, name):
    """Whether it is a thing of a role and a name, which may end in "…"."""
    if node.getRoleName() != role:
        return False
    return node.name.startswith(name[:-1]) if name.endswith("…") else node.name == name


def find(role, name):
    """Wait for a thing of a role and a name, which may end in "…"."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            for node in everything():
                if is_called(node, role, name):
                    return node
        except GLib.Error:
            pass  # something has gone while it was looked at
        listen(0.1)
    raise LookupError(f"no {role} named {name!r}; there is {overview()}")


def overview():
    return [f"{node.getRoleName()} {node.name[:60]!r}" for node in everything() if node.name]


def words_of(node):
    try:
        return node.queryText().getText(0, -1)
    except NotImplementedError:
        return ""


def described(node):
    states = {pyatspi.stateToString(state) for state in node.getState().getStates()}
    labels = [
        relation.getTarget(number).name
        for relation in node.getRelationSet()
        if relation.getRelationType() == pyatspi.RELATION_LABELLED_BY
        for number in range(relation.getNTargets())
    ]
    return {
        "role": node.getRoleName(),
        "name": node.name,
        "description": node.description,
        "text": words_of(node),
        "states": sorted(states),
        "labels": labels,
    }


# --- what it is asked for -------------------------------------------------------------------------


def read(role, name):
    """What is to be known of a thing."""
    return described(find(role, name))


def read_all(role, name):
    """What is to be known of a thing and of all that is shown in it."""
    return [described(node) for node in below(find(role, name))]


def write(role, name, text):
    """Write into a field what a person would."""
    return find(role, name).queryEditableText().setTextContents(text)


def press(role, name):
    """Press a button, by its own action."""
    action = find(role, name).queryAction()
    names = [action.getName(number).lower() for number in range(action.nActions)]
    wanted = next(one for one in names if one in ("press", "toggle", "click"))
    return action.doAction(names.index(wanted))


def focus(role, name):
    """Put the focus there."""
    return find(role, name).queryComponent().grabFocus()


def focused():
    """Wait until something has the focus that a person can use, and describe it."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for node in everything():
            found = node.getState()
            usable = node.getRoleName() in (*FIELDS, *BUTTONS, "label")
            if usable and found.contains(pyatspi.STATE_FOCUSED):
                return described(node)
        listen(0.1)
    raise LookupError("nothing has the focus")


def gone(role, name):
    """Wait until there is no such thing any more."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        try:
            if not any(is_called(node, role, name) for node in everything()):
                return True
        except GLib.Error:
            pass
        listen(0.1)
    raise LookupError(f"there is still a {role} named {name!r}")


def hear(beginning):
    """Wait until something was announced that begins so, and say it all."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        for words in heard:
            if words.startswith(beginning):
                return words
        listen(0.1)
    raise LookupError(f"nobody said {beginning!r}, but {heard}")


def nameless():
    """What can be used here and has no name: of a field its label counts, and what it holds."""
    found = []
    for node in everything():
        known = described(node)
        if known["role"] in (*FIELDS, *BUTTONS) and not (known["name"] or known["labels"]):
            found.append(known)
    return found


def walk(seconds):
    """Look at all that there is, again and again, whatever goes meanwhile; say how much it was."""
    deadline = time.monotonic() + seconds
    seen = rounds = 0
    while time.monotonic() < deadline:
        rounds += 1
        try:
            for node in everything():
                component = node.queryComponent()
                described(node)
                component.getExtents(pyatspi.DESKTOP_COORDS)
                node.getIndexInParent()
                seen += node.parent is not None
        except (GLib.Error, NotImplementedError):
            pass  # it has just gone
    return {"seen": seen, "rounds": rounds}


def again(look):
    """Look anew where something has gone while it was looked at."""

    def tried(*arguments):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            try:
                return look(*arguments)
            except GLib.Error:
                listen(0.1)
        raise LookupError(f"{look.__name__}: what is looked at goes again and again")

    return tried


# --- the program ----------------------------------------------------------------------------------


def listen(seconds):
    """Take events for a while."""
    context = GLib.MainContext.default()
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not context.iteration(False):
            time.sleep(0.01)


def main():
    pyatspi.Registry.registerEventListener(note, "object:announcement")
    functions = {one.__name__: one for one in (write, press, focus, gone, hear, walk)}
    functions |= {one.__name__: again(one) for one in (read, read_all, focused, nameless)}
    print(json.dumps("ready"), flush=True)
    while True:
        listen(0.02)
        if not select.select([sys.stdin], [], [], 0)[0]:
            continue
        line = sys.stdin.readline()
        if not line:
            return
        name, *arguments = json.loads(line)
        try:
            answer = {"is": functions[name](*arguments)}
        except LookupError as error:
            answer = {"missing": str(error)}
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main()
