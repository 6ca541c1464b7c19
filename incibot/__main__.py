"""python -m incibot"""

from incibot.cli import main

main()
