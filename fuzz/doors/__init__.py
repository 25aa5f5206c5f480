"""The doors of what is public: each with a good call, whose values `wrong_types` replaces."""

from fuzz.doors.door import Door
from fuzz.doors.of_asking import of_asking, of_chats
from fuzz.doors.of_folders import of_folders
from fuzz.doors.of_pictures import of_pictures, of_pointing
from fuzz.doors.of_values import of_values


def doors() -> list[Door]:
    """All of them."""
    return [
        *of_values(),
        *(*of_pictures(), *of_pointing()),
        *(*of_asking(), *of_chats()),
        *of_folders(),
    ]
