"""Runs Python's protobuf over many messages in one process.

Usage: crosscheck.py FOLDER MODE < RECORDS > RECORDS
FOLDER holds the Python that protoc generated. A record is a 4-byte little-endian length and that many bytes.
An answer's first byte is 1 for a result and 0 for an error's text.
"""

import struct
import sys

sys.path.insert(0, sys.argv[1])
from codec.test.v1 import everything_pb2  # noqa: E402
from google.protobuf import json_format  # noqa: E402


def records():
    data = sys.stdin.buffer.read()
    position = 0
    while position < len(data):
        (length,) = struct.unpack_from("<I", data, position)
        position += 4
        yield data[position : position + length]
        position += length


def parse(data):
    message = everything_pb2.Everything()
    message.ParseFromString(data)
    return message


def settle_maps(message):
    """Makes each map one: as parsed it is a list of entries, in which a key can be twice."""
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        if field.message_type.GetOptions().map_entry:
            # This reads by key, which is what makes the map.
            entries = dict(value)
            values = entries.values() if field.message_type.fields_by_name["value"].message_type else []
        elif field.label == field.LABEL_REPEATED:
            values = value
        else:
            values = [value]
        for inner in values:
            settle_maps(inner)


def reencode(data):
    message = parse(data)
    settle_maps(message)
    return message.SerializeToString(deterministic=True)


def to_json(data):
    return json_format.MessageToJson(parse(data), indent=None).encode()


def from_json(data):
    return json_format.Parse(data.decode(), everything_pb2.Everything()).SerializeToString(deterministic=True)


def answer(function, data):
    try:
        return b"\x01" + function(data)
    except Exception as error:  # every refusal is an answer
        return b"\x00" + str(error).encode()


MODES = {"reencode": reencode, "to-json": to_json, "from-json": from_json}

for record in records():
    result = answer(MODES[sys.argv[2]], record)
    sys.stdout.buffer.write(struct.pack("<I", len(result)) + result)
