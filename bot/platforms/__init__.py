"""Where the bot speaks besides its own web room: connecting, sending and rendering, a platform a pair of modules."""
