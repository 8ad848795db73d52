"""What a process may not do any more, once it is to read files of strangers; Linux alone.

Nothing here can be taken back by the process, nor by what it starts. Where the system does not
offer a part, it goes on without that part; ``confinement.protections`` says which there are.
"""
