"""What stands on the tool bar until the user puts it together, by the ids of actions."""

_ON_BAR = ("tool-ruler", "tool-bidirectional", "tool-rectangle", "tool-ellipse", "tool-arrow",
           "tool-text")  # fmt: skip
"""The tools that are used most: more would push what stands right of them out of the tool bar."""

TOOL_BAR: tuple[str, ...] = (
    "open-folder", "-", "layout-four_sequences", "layout-three_planes", "layout-one_large", "-",
    "tool-window", "tool-cursor", *_ON_BAR, "-", "tool-paint", "undo", "redo", "<>",
    "tumour", "classify", "export",
)  # fmt: skip
