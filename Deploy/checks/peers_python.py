"""confluent-kafka for Python (librdkafka 2.12) on a broker.

usage: peers_python.py BOOTSTRAP
"""

import sys
import time

from confluent_kafka import (
    OFFSET_INVALID, Consumer, ConsumerGroupState, ConsumerGroupTopicPartitions, IsolationLevel, KafkaError, KafkaException,
    Producer, TopicPartition)
from confluent_kafka.admin import (
    AdminClient, AlterConfigOpType, ConfigEntry, ConfigResource, NewPartitions, NewTopic, OffsetSpec, ResourceType)

from peers_report import attempt, check, name, until

bootstrap = sys.argv[1]
admin = AdminClient({"bootstrap.servers": bootstrap})
AGELESS = {"retention.ms": "-1", "segment.ms": "9223372036854775807"}


def say(what, found, expected):
    check("python", what, found, expected)


def failure(future):
    """The name of the error that a future ends with, None if it ends well."""
    try:
        future.result(30)
        return None
    except KafkaException as error:
        return error.args[0].name()


def topic(word, partitions=1, config=None):
    made = name(word)
    admin.create_topics([NewTopic(made, partitions, 1, config={**AGELESS, **(config or {})})])[made].result(30)
    until(lambda: len(admin.list_topics(made, timeout=10).topics[made].partitions), partitions)
    return made


def producer(**settings):
    return Producer({"bootstrap.servers": bootstrap, **{key.replace("_", "."): value for key, value in settings.items()}})


def consumer(group, **settings):
    standard = {"bootstrap.servers": bootstrap, "group.id": name(group), "auto.offset.reset": "earliest", "enable.auto.commit": False}
    return Consumer({**standard, **{key.replace("_", "."): value for key, value in settings.items()}})


def take(reader, count, seconds=30):
    """The next records' values, until there are as many as wanted or the time is over."""
    found, deadline = [], time.monotonic() + seconds
    while len(found) < count and time.monotonic() < deadline:
        message = reader.poll(0.2)
        if message is not None and message.error() is None:
            found.append(message.value().decode() if message.value() is not None else None)
    return found


def read(place, count, isolation="read_committed", seconds=30):
    """The values of a partition from its start, without a group's help."""
    reader = consumer("reader", isolation_level=isolation)
    reader.assign([TopicPartition(place, 0, 0)])
    try:
        return take(reader, count, seconds)
    finally:
        reader.close()


def records():
    made = topic("records")
    delivered = []
    sender = producer(linger_ms=5)
    sender.produce(made, "value", "key", 0, headers=[("a", b"1"), ("n", None), ("a", b"2")], timestamp=1_600_000_000_000,
                   on_delivery=lambda error, message: delivered.append((error, message.offset())))
    sender.produce(made, None, "key", 0)
    say("flush leaves nothing", sender.flush(30), 0)
    say("delivery report", delivered, [(None, 0)])
    reader = consumer("reader")
    reader.assign([TopicPartition(made, 0, 0)])
    message = next(m for m in iter(lambda: reader.poll(1), 1) if m is not None)
    say("key and value", (message.key(), message.value()), (b"key", b"value"))
    say("headers", message.headers(), [("a", b"1"), ("n", None), ("a", b"2")])
    say("time", message.timestamp()[1], 1_600_000_000_000)
    say("null value", take(reader, 1), [None])
    say("watermarks", reader.get_watermark_offsets(TopicPartition(made, 0), timeout=10), (0, 2))
    at = reader.offsets_for_times([TopicPartition(made, 0, 1_600_000_000_001)], timeout=10)
    say("offset by time", at[0].offset, 1)
    reader.close()
    for codec in ["gzip", "snappy", "lz4", "zstd"]:
        made = topic(codec)
        sender = producer(compression_type=codec, linger_ms=20)
        for index in range(200):
            sender.produce(made, "x" * 100 + str(index), partition=0)
        sender.flush(30)
        say(f"200 records by {codec}", read(made, 200), ["x" * 100 + str(index) for index in range(200)])


def groups():
    made = topic("groups", 2)
    sender = producer()
    for index in range(10):
        sender.produce(made, str(index), partition=index % 2)
    sender.flush(30)
    first = consumer("group", client_id="first")
    first.subscribe([made])
    say("a member reads all", sorted(take(first, 10), key=int), [str(index) for index in range(10)])
    first.commit(offsets=[TopicPartition(made, 0, 3), TopicPartition(made, 1, 5)], asynchronous=False)
    say("committed offsets", [p.offset for p in first.committed([TopicPartition(made, 0), TopicPartition(made, 1)], timeout=10)], [3, 5])
    description = admin.describe_consumer_groups([name("group")])[name("group")].result(30)
    say("describe: state", description.state, ConsumerGroupState.STABLE)
    say("describe: member's client", [member.client_id for member in description.members], ["first"])
    say("describe: assignment", sorted(p.partition for p in description.members[0].assignment.topic_partitions), [0, 1])
    say("delete with members", failure(admin.delete_consumer_groups([name("group")])[name("group")]), "NON_EMPTY_GROUP")
    second = consumer("group", client_id="second")
    second.subscribe([made])
    deadline = time.monotonic() + 40
    while (len(first.assignment()), len(second.assignment())) != (1, 1) and time.monotonic() < deadline:
        first.poll(0.1)
        second.poll(0.1)
    say("two members share", (len(first.assignment()), len(second.assignment())), (1, 1))
    second.close()
    while len(first.assignment()) != 2 and time.monotonic() < deadline:
        first.poll(0.1)
    say("one leaves", len(first.assignment()), 2)
    first.close()
    listed = admin.list_consumer_groups(states={ConsumerGroupState.EMPTY}).result(30)
    say("list: empty", name("group") in [group.group_id for group in listed.valid], True)
    listed = admin.list_consumer_groups(states={ConsumerGroupState.STABLE}).result(30)
    say("list: not stable", name("group") in [group.group_id for group in listed.valid], False)
    offsets = admin.list_consumer_group_offsets([ConsumerGroupTopicPartitions(name("group"))])[name("group")].result(30)
    say("list offsets", sorted((p.partition, p.offset) for p in offsets.topic_partitions), [(0, 3), (1, 5)])
    moved = ConsumerGroupTopicPartitions(name("group"), [TopicPartition(made, 0, 1)])
    admin.alter_consumer_group_offsets([moved])[name("group")].result(30)
    again = consumer("group")
    again.subscribe([made])
    say("a group goes on where it was put", sorted(take(again, 4), key=int), ["2", "4", "6", "8"])
    again.close()
    say("delete", failure(admin.delete_consumer_groups([name("group")])[name("group")]), None)
    say("delete again", failure(admin.delete_consumer_groups([name("group")])[name("group")]), "GROUP_ID_NOT_FOUND")


def static_members():
    made = topic("static", 2)
    heard = []

    def member(instance, notes=None):
        made_member = consumer("static", group_instance_id=instance, session_timeout_ms=20_000)
        made_member.subscribe([made], on_assign=lambda c, p: notes.append(len(p)) if notes is not None else None)
        return made_member

    stays, goes = member("a", heard), member("b")
    deadline = time.monotonic() + 40
    while (len(stays.assignment()), len(goes.assignment())) != (1, 1) and time.monotonic() < deadline:
        stays.poll(0.1)
        goes.poll(0.1)
    held, before = goes.assignment(), list(heard)
    goes.close()
    back = member("b")
    while not back.assignment() and time.monotonic() < deadline:
        stays.poll(0.1)
        back.poll(0.1)
    say("a static member comes back to its partition", back.assignment() == held, True)
    say("and the other hears nothing", heard, before)
    thief = member("b")
    fenced = None
    while fenced is None and time.monotonic() < deadline:
        stays.poll(0.1)
        thief.poll(0.1)
        try:
            message = back.poll(0.1)
            fenced = message.error().name() if message is not None and message.error() is not None else None
        except KafkaException as error:
            fenced = error.args[0].name()
    say("a second one of its name fences it", fenced, "_FATAL")
    for one in (stays, thief, back):
        one.close()


def cooperative():
    made = topic("cooperative", 4)
    first = consumer("cooperative", partition_assignment_strategy="cooperative-sticky")
    first.subscribe([made])
    deadline = time.monotonic() + 60
    while len(first.assignment()) != 4 and time.monotonic() < deadline:
        first.poll(0.1)
    second = consumer("cooperative", partition_assignment_strategy="cooperative-sticky")
    second.subscribe([made])
    while (len(first.assignment()), len(second.assignment())) != (2, 2) and time.monotonic() < deadline:
        first.poll(0.1)
        second.poll(0.1)
    say("cooperative members share", (len(first.assignment()), len(second.assignment())), (2, 2))
    first.close()
    second.close()


def transactions():
    source, target = topic("source"), topic("target")
    sender = producer()
    for index in range(6):
        sender.produce(source, str(index), partition=0)
    sender.flush(30)
    reader = consumer("loop", isolation_level="read_committed")
    reader.subscribe([source])
    say("input", take(reader, 6), [str(index) for index in range(6)])
    writer = producer(transactional_id=name("tx"))
    writer.init_transactions(60)

    def step(values, offset, commit):
        writer.begin_transaction()
        for value in values:
            writer.produce(target, value, partition=0)
        writer.flush(30)
        writer.send_offsets_to_transaction([TopicPartition(source, 0, offset)], reader.consumer_group_metadata(), 30)
        if commit:
            writer.commit_transaction(30)
        else:
            writer.abort_transaction(30)

    step(["0", "1"], 2, True)
    step(["lost"], 6, False)
    step(["2", "3", "4", "5"], 6, True)
    say("output, read_committed", read(target, 6), ["0", "1", "2", "3", "4", "5"])
    say("output, read_uncommitted", read(target, 7, "read_uncommitted"), ["0", "1", "lost", "2", "3", "4", "5"])
    say("offset", reader.committed([TopicPartition(source, 0)], timeout=20)[0].offset, 6)
    end = {isolation: admin.list_offsets({TopicPartition(target, 0): OffsetSpec.latest()}, isolation_level=isolation)
           for isolation in (IsolationLevel.READ_COMMITTED, IsolationLevel.READ_UNCOMMITTED)}
    ends = [next(iter(futures.values())).result(30).offset for futures in end.values()]
    say("markers take offsets", ends, [10, 10])

    rival = producer(transactional_id=name("tx"))
    rival.init_transactions(60)
    fenced = None
    try:
        writer.begin_transaction()
        writer.produce(target, "zombie", partition=0)
        writer.commit_transaction(30)
    except KafkaException as error:
        fenced = error.args[0]
    say("a second producer of the id fences the first", (fenced is not None and fenced.fatal(), fenced and fenced.name()), (True, "_FENCED"))
    rival.begin_transaction()
    rival.produce(target, "rival", partition=0)
    rival.commit_transaction(30)
    say("nothing of the fenced one", read(target, 7)[-1], "rival")
    reader.close()


def topics():
    made = name("administered")
    say("create", failure(admin.create_topics([NewTopic(made, 2, 1, config={"cleanup.policy": "compact"})])[made]), None)
    say("create again", failure(admin.create_topics([NewTopic(made, 2, 1)])[made]), "TOPIC_ALREADY_EXISTS")
    say("three replicas", failure(admin.create_topics([NewTopic(name("x"), 1, 3)])[name("x")]), "INVALID_REPLICATION_FACTOR")
    say("validate only", failure(admin.create_topics([NewTopic(name("y"), 1, 1)], validate_only=True)[name("y")]), None)
    say("a bad setting", failure(admin.create_topics([NewTopic(name("z"), 1, 1, config={"no.such": "1"})])[name("z")]), "INVALID_CONFIG")
    until(lambda: made in admin.list_topics(timeout=10).topics, True)
    say("validated is not created", name("y") in admin.list_topics(timeout=10).topics, False)
    say("more partitions", failure(admin.create_partitions([NewPartitions(made, 4)])[made]), None)
    say("fewer partitions", failure(admin.create_partitions([NewPartitions(made, 1)])[made]), "INVALID_PARTITIONS")
    say("partitions", until(lambda: len(admin.list_topics(made, timeout=10).topics[made].partitions), 4), 4)
    described = next(iter(admin.describe_topics(__import__("confluent_kafka").TopicCollection([made])).values())).result(30)
    say("describe topics", (described.name, len(described.partitions), described.partitions[0].leader.id), (made, 4, 1))
    cluster = admin.describe_cluster().result(30)
    say("describe cluster", (cluster.controller.id, [f"{node.host}:{node.port}" for node in cluster.nodes]), (1, [bootstrap]))

    resource = ConfigResource(ResourceType.TOPIC, made)

    def setting(key):
        entries = next(iter(admin.describe_configs([resource]).values())).result(30)
        return entries[key].value

    say("describe configs", setting("cleanup.policy"), "compact")
    change = ConfigResource(ResourceType.TOPIC, made, incremental_configs=[
        ConfigEntry("retention.ms", "12345678", incremental_operation=AlterConfigOpType.SET),
        ConfigEntry("cleanup.policy", "delete", incremental_operation=AlterConfigOpType.APPEND)])
    say("alter configs", failure(next(iter(admin.incremental_alter_configs([change]).values()))), None)
    say("altered", until(lambda: (setting("retention.ms"), setting("cleanup.policy")), ("12345678", "compact,delete")), ("12345678", "compact,delete"))
    change = ConfigResource(ResourceType.TOPIC, made, set_config={"max.message.bytes": "54321"})
    say("alter configs, the old way", failure(next(iter(admin.alter_configs([change]).values()))), None)
    say("altered, the rest is gone", until(lambda: (setting("max.message.bytes"), setting("cleanup.policy")), ("54321", "delete")), ("54321", "delete"))
    broker = next(iter(admin.describe_configs([ConfigResource(ResourceType.BROKER, "1")]).values())).result(30)
    say("describe the broker's", broker["auto.create.topics.enable"].value, "false")
    say("delete", failure(admin.delete_topics([made])[made]), None)
    say("gone", until(lambda: made in admin.list_topics(timeout=10).topics, False), False)
    say("delete again", failure(admin.delete_topics([made])[made]), "UNKNOWN_TOPIC_OR_PART")


def offsets():
    made = topic("offsets")
    sender = producer()
    for index in range(5):
        sender.produce(made, str(index), partition=0, timestamp=1_600_000_000_000 + 1_000 * index)
    sender.flush(30)
    place = TopicPartition(made, 0)

    def at(spec):
        return next(iter(admin.list_offsets({place: spec}).values())).result(30).offset

    say("earliest and latest", (at(OffsetSpec.earliest()), at(OffsetSpec.latest())), (0, 5))
    say("by time", at(OffsetSpec.for_timestamp(1_600_000_002_500)), 3)
    say("largest time", at(OffsetSpec.max_timestamp()), 4)
    deleted = next(iter(admin.delete_records([TopicPartition(made, 0, 2)]).values())).result(30)
    say("delete records", deleted.low_watermark, 2)
    say("earliest now", at(OffsetSpec.earliest()), 2)
    say("delete too many", failure(next(iter(admin.delete_records([TopicPartition(made, 0, 99)]).values()))), "OFFSET_OUT_OF_RANGE")
    reader = consumer("none")
    say("nothing committed", reader.committed([place], timeout=10)[0].offset, OFFSET_INVALID)
    reader.close()


for part in [records, groups, static_members, cooperative, transactions, topics, offsets]:
    attempt("python", f"{part.__name__}: all steps", part, None)
