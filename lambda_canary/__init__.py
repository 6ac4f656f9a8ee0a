"""The library under the name by which it is published, in a checkout.

Users install a package that is made of the rooms (`naming`); in a checkout this stands
for it, so that what users copy from here runs here. Where `flags` is the room, both
names mean the same modules. Where `flags` is a module of somebody's project, which has
our checkout installed, that one keeps its name, and the library runs under its own.
"""

from lambda_canary import checkout

checkout.take(__name__)
