"""`python -m evalium` is the command `evalium`."""

from evalium.cli import main

if __name__ == "__main__":
    main()
