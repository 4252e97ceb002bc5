"""Words that stand in every DJ library, and names that applications give by themselves."""

from __future__ import annotations

_WORDS = """
    a an and by feat featuring ft in of on the to vs with
    aif aiff alac flac m4a mp3 mp4 ogg wav
    acapella album beat beats bonus break breakdown bridge build buildup chorus club cut drop
    dub edit end ending ep extended full hook in instrumental intro live lp main master mix mixed
    original out outro part radio reboot remaster remastered remix rework section short single
    start unmixed verse version vip vocal vocals
    auto autogrid beatgrid cue cues fade grid hot hotcue load loop loops marker memory n point
    all best classics collection crate default demo disc favorites favourites folder history
    house library list mixtape music my new playlist playlists party sample session set songs
    techno test tracks various artist artists track unknown untitled disco funk hiphop pop rock
    volume vol
"""

EVERYDAY = frozenset(_WORDS.split())
