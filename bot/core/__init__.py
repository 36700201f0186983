"""The vocabularies that all of the bot speaks: closed sets as types, made once and taken apart once."""
