"""The hands-on as its text has it: steps, and in them what is typed, what is promised, and what is shown.

A comment above a block speaks to the runner and not to the reader: `<!-- makes: sheet.pdf -->`.

    makes: files that are there afterwards, as patterns
    answers: what the room answers, as a regular expression
    stays: the command goes on running until the end
    not run: why a block is only read
    head, tail: how many lines of an output are shown, from its beginning or its end; all by default
    from: the file that a picture shows, or `room`
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).parent
DOCUMENTS = {"ja": HERE / "handson.md", "en": HERE / "handson.en.md"}

NOTE = re.compile(r"<!-- ([a-z ]+)(?:: (.*?))? -->")
PICTURE = re.compile(r"!\[[^\]]*\]\((handson/[^)]+)\)")


@dataclass(frozen=True)
class Block:
    """A fenced block, or a picture."""

    kind: str  # sh, room, text, …; picture
    text: str  # of a picture, its file
    first: int  # line of its opening, from 0
    last: int
    notes: Mapping[str, str]

    @property
    def is_run(self) -> bool:
        """Whether it does something."""
        return self.kind in ("sh", "room") and "not run" not in self.notes


@dataclass
class Step:
    """What stands under a heading."""

    title: str
    blocks: list[Block] = field(default_factory=list)


def steps_of(text: str) -> list[Step]:
    """The steps of a text, each with its blocks, in their order."""
    steps, notes, lines = [Step("")], dict[str, str](), text.splitlines()
    number = 0
    while number < len(lines):
        first, line = number, lines[number]
        number += 1
        if line.startswith("## "):
            steps.append(Step(line.removeprefix("## ")))
        elif note := NOTE.fullmatch(line):
            notes[note[1]] = note[2] or ""
        elif line.startswith("```"):
            last = next(n for n in range(number, len(lines)) if lines[n] == "```")
            steps[-1].blocks.append(Block(line[3:], "\n".join(lines[number:last]), first, last, notes))
            notes, number = {}, last + 1
        elif picture := PICTURE.match(line):
            steps[-1].blocks.append(Block("picture", picture[1], first, first, notes))
            notes = {}
    return steps


def blocks_of(text: str) -> list[Block]:
    """All blocks of a text."""
    return [block for step in steps_of(text) for block in step.blocks]
