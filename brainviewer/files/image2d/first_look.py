"""A first look at an image file, without decoding anything: whether it is safe to decode at once.

JPEG and PNG of 8 bits are what is opened most, and their decoders take time and memory for
no more pixels than the header promises. All other images are decoded in a child process.
"""

from brainviewer.files.image2d.jpeg_markers import jpeg_frame, scan_count

JPEG, PNG = b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n"
MOST_FILE_BYTES = 128 * 2**20
_MOST_PASSES = 400_000_000
"""Pixels times scans; a progressive JPEG has about ten scans."""


def safe_to_decode(content: bytes) -> bool:
    """Whether a file may be decoded outside the child process.

    content : the whole file
    """
    if content.startswith(PNG):
        return content[12:16] == b"IHDR" and content[24:25] <= b"\x08"
    if content.startswith(JPEG):
        try:
            frame = jpeg_frame(content)
        except ValueError:
            return False
        passes = frame.columns * frame.rows * scan_count(content)
        usual = frame.huffman and frame.bits == 8 and frame.components in (1, 3)
        return usual and passes <= _MOST_PASSES
    return False
