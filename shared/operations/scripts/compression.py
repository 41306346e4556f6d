"""How the parts of a backup are compressed: by zstd, and by gzip where the image has no zstd.

It is the library that is looked for, libzstd: Debian's package manager needs it, so every image made of Debian has it, while few
have the program, and Python has a module only from 3.14 on. Only what its manual calls stable is used of it:
https://facebook.github.io/zstd/zstd_manual.html

Whoever uses it stands behind it in the same text.
"""

import ctypes
import zlib

ZSTD_LIBRARY = "libzstd.so.1"
# Of each, the fastest of the usual ones.
ZSTD_LEVEL = 1
GZIP_LEVEL = 1
# What zlib calls gzip's own format.
GZIP_FORMAT = 31
# Numbers of zstd.h.
ZSTD_C_COMPRESSION_LEVEL, ZSTD_C_CHECKSUM_FLAG = 100, 201
ZSTD_E_CONTINUE, ZSTD_E_END = 0, 2
# What is compressed may have any size when it is whole again, so it comes in pieces of this one at most.
PIECE_BYTES = 1024 * 1024


class NotCompressed(Exception):
    """What was read was not compressed in this way, or not to its end."""


class ZstdBuffer(ctypes.Structure):
    """ZSTD_inBuffer and ZSTD_outBuffer, which are alike."""

    _fields_ = [("content", ctypes.c_void_p), ("size", ctypes.c_size_t), ("position", ctypes.c_size_t)]


ZSTD_FUNCTIONS = {
    "ZSTD_createCCtx": (ctypes.c_void_p,),
    "ZSTD_CCtx_setParameter": (ctypes.c_size_t, ctypes.c_void_p, ctypes.c_int, ctypes.c_int),
    "ZSTD_compressStream2": (ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int),
    "ZSTD_createDCtx": (ctypes.c_void_p,),
    "ZSTD_decompressStream": (ctypes.c_size_t, ctypes.c_void_p, ctypes.c_void_p, ctypes.c_void_p),
    "ZSTD_isError": (ctypes.c_uint, ctypes.c_size_t),
    "ZSTD_getErrorName": (ctypes.c_char_p, ctypes.c_size_t),
}


def load_zstd():
    """The library; None where the image has none."""
    try:
        library = ctypes.CDLL(ZSTD_LIBRARY)
        for name, (result, *arguments) in ZSTD_FUNCTIONS.items():
            function = getattr(library, name)
            function.restype, function.argtypes = result, arguments
    except (OSError, AttributeError):
        return None
    return library


class Zstd:
    """One stream. Each piece that it yields is overwritten by the next one."""

    def __init__(self, library):
        self.library = library
        self.memory = ctypes.create_string_buffer(PIECE_BYTES)

    def compressed(self, pieces):
        context = self.library.ZSTD_createCCtx()
        self.library.ZSTD_CCtx_setParameter(context, ZSTD_C_COMPRESSION_LEVEL, ZSTD_LEVEL)
        self.library.ZSTD_CCtx_setParameter(context, ZSTD_C_CHECKSUM_FLAG, 1)
        compress = self.library.ZSTD_compressStream2
        for piece in pieces:
            yield from self.made_of(piece, lambda made, taken: compress(context, made, taken, ZSTD_E_CONTINUE))
        yield from self.made_of(b"", lambda made, taken: compress(context, made, taken, ZSTD_E_END))

    def decompressed(self, pieces):
        context = self.library.ZSTD_createDCtx()
        decompress = self.library.ZSTD_decompressStream
        left = 1
        for piece in pieces:
            left = yield from self.made_of(piece, lambda made, taken: decompress(context, made, taken))
        if left != 0:
            raise NotCompressed("it has no end")

    def made_of(self, content, function):
        """What a function of the library makes of the content. Ends with what it has returned last."""
        taken = ZstdBuffer(ctypes.cast(ctypes.c_char_p(content), ctypes.c_void_p), len(content), 0)
        while True:
            made = ZstdBuffer(ctypes.addressof(self.memory), PIECE_BYTES, 0)
            returned = function(ctypes.byref(made), ctypes.byref(taken))
            if self.library.ZSTD_isError(returned):
                raise NotCompressed(self.library.ZSTD_getErrorName(returned).decode())
            if made.position > 0:
                yield memoryview(self.memory)[: made.position]
            # Where no room was left, there may be more.
            if taken.position == len(content) and made.position < PIECE_BYTES:
                return returned


def gzip_compressed(pieces):
    gzip = zlib.compressobj(GZIP_LEVEL, zlib.DEFLATED, GZIP_FORMAT)
    for piece in pieces:
        yield gzip.compress(piece)
    yield gzip.flush()


def gzip_decompressed(pieces):
    gzip = zlib.decompressobj(GZIP_FORMAT)
    try:
        for piece in pieces:
            while piece:
                yield gzip.decompress(piece, PIECE_BYTES)
                piece = gzip.unconsumed_tail
        yield gzip.flush()
    except zlib.error as error:
        raise NotCompressed(str(error)) from None
    if not gzip.eof:
        raise NotCompressed("it has no end")


def compress(pieces):
    """The name of the way of it, and what becomes of the pieces. Each is to be used before the next one is asked for."""
    library = load_zstd()
    return ("gzip", gzip_compressed(pieces)) if library is None else ("zstd", Zstd(library).compressed(pieces))


def decompression(name):
    """What gives for pieces, likewise, what was in them before they were compressed in that way, and raises NotCompressed; None where
    this image cannot.
    """
    if name == "gzip":
        return gzip_decompressed
    library = load_zstd() if name == "zstd" else None
    return library and Zstd(library).decompressed
