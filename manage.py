#!/usr/bin/env python
"""Operations of ListBackup. `manage.py help` lists them; docs/operations/commands.md explains them."""

import os
import sys

WITHOUT_SERVICES = {"help", "sandbox", "connector_check", "connector_read", "collectstatic", "spectacular", "up"}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "listbackup.settings")
    from django.core.management import execute_from_command_line

    if len(sys.argv) > 1 and sys.argv[1] not in WITHOUT_SERVICES and "--help" not in sys.argv:
        from listbackup.embedded.postgres import EmbeddedError
        from listbackup.embedded.services import Embedded

        try:
            Embedded().start()
        except EmbeddedError as error:
            sys.exit(str(error))
    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
