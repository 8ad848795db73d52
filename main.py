"""python main.py [STUDY]: the same as the command ``brainviewer``."""

from brainviewer.__main__ import main

if __name__ == "__main__":
    main()
