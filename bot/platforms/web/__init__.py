"""The local room: a web page on which the bot speaks, served by this process."""
