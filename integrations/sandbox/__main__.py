"""python -m integrations.sandbox"""

from integrations.sandbox.cli import main

if __name__ == "__main__":
    main()
