"""Lessons in a browser: a person as the student, or as the teacher of another student.

    refusals   what is answered with an error, and its status
    rooms      one lesson in progress, and all of them
    shown      what each side of a lesson is sent
    catalogue  which environments, asymmetries and parties can be chosen
    opening    reading a request for a new lesson
    access     who is let in
    app        the paths
    server     the listening socket
    page       what the browser runs

Nothing is imported here, so that the command line does not need the extra.
"""
