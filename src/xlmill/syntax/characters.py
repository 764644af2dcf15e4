"""What each byte of a formula can be part of."""

from __future__ import annotations

from typing import Final

# Bits of CLASS, by byte. Every byte from 0x80 up is part of some letter beyond ASCII.
STARTS_WORD: Final = 1
IN_WORD: Final = 2
DIGIT: Final = 4
SPACE: Final = 8
LETTER: Final = 16  # A to Z, in either case

# What stands behind the last byte; no bits in CLASS.
END: Final = 256


def _class_of(byte: int) -> int:
    character = chr(byte)
    bits = 0
    if byte >= 0x80 or character in "_\\" or (character.isascii() and character.isalpha()):
        bits |= STARTS_WORD | IN_WORD
    if byte < 0x80 and character.isalpha():
        bits |= LETTER
    if "0" <= character <= "9":
        bits |= DIGIT | IN_WORD
    if character in ".?":
        bits |= IN_WORD
    if character in " \t\r\n":
        bits |= SPACE
    return bits


# A constant of type bytes: an element is a plain int interpreted, and constant data compiled.
CLASS: Final = bytes(_class_of(byte) for byte in range(256)) + b"\0"

# By byte: the byte with ASCII letters in upper case.
UPPER: Final = bytes(range(256)).upper()

ZERO: Final = ord("0")
POINT: Final = ord(".")
QUOTE: Final = ord('"')
APOSTROPHE: Final = ord("'")
OPEN: Final = ord("(")
CLOSE: Final = ord(")")
OPEN_BRACKET: Final = ord("[")
CLOSE_BRACKET: Final = ord("]")
OPEN_BRACE: Final = ord("{")
CLOSE_BRACE: Final = ord("}")
COMMA: Final = ord(",")
SEMICOLON: Final = ord(";")
COLON: Final = ord(":")
BANG: Final = ord("!")
QUESTION: Final = ord("?")
HASH: Final = ord("#")
AT: Final = ord("@")
DOLLAR: Final = ord("$")
UNDERSCORE: Final = ord("_")
PERCENT_SIGN: Final = ord("%")
CARET: Final = ord("^")
STAR: Final = ord("*")
SLASH: Final = ord("/")
PLUS_SIGN: Final = ord("+")
MINUS_SIGN: Final = ord("-")
AMPERSAND: Final = ord("&")
EQUALS: Final = ord("=")
LESS_SIGN: Final = ord("<")
GREATER_SIGN: Final = ord(">")
UPPER_C: Final = ord("C")
UPPER_E: Final = ord("E")
UPPER_R: Final = ord("R")
