"""Lessons in a browser: a person as the student, or as the teacher of another student.

    refusals   what is answered with an error, and its status
    room       one lesson in progress, with the people in it
    rooms      all of them, and the threads of their moves
    shown      what each side of a lesson is sent
    catalogue  which environments, asymmetries and parties can be chosen
    opening    reading a request for a new lesson
    access     who is let in
    bodies     JSON from people and to them
    app        the paths
    shell      what is around them: headers, failures
    server     the listening socket
    page       what the browser runs

Nothing is imported here, so that the command line does not need the extra.
"""
