"""`python -m autocode` is the `autocode` command."""

from autocode.cli import main

if __name__ == "__main__":
    main()
