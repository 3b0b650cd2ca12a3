"""Reads the fleet's outputs with programs of others and compares with the demonstration's summary.

usage: read_by_others.py BOOTSTRAP PARTITIONS SUMMARY.json SENT_PREFIX

KAFKA_TOOLS names an unpacked Apache Kafka whose console consumer reads, too.
"""

import glob
import importlib
import json
import os
import struct
import subprocess
import sys
import tempfile

TOPICS = {
    "tags.v1": ("growth.customer.v1.TagEvent", lambda m: m.tag_event_id),
    "fraud.decisions.v1": ("growth.fraud.v1.RiskDecision", lambda m: m.decision_id),
    "rewards.v1": ("growth.reward.v1.RewardEvent", lambda m: m.reward_event_id),
    "ledger.entries.v1": ("growth.reward.v1.LedgerEntry", lambda m: m.transfer.transfer_id),
    "notification.sends.v1": ("growth.notification.v1.NotificationSend", lambda m: m.send_id),
}
FILES = {
    "growth.customer.v1.TagEvent": "growth/customer/v1/tag_event.proto",
    "growth.fraud.v1.RiskDecision": "growth/fraud/v1/decision.proto",
    "growth.reward.v1.RewardEvent": "growth/reward/v1/reward.proto",
    "growth.reward.v1.LedgerEntry": "growth/reward/v1/reward.proto",
    "growth.notification.v1.NotificationSend": "growth/notification/v1/notification.proto",
}


def python_classes(folder):
    protos = [p[len("Schemas/"):] for p in glob.glob("Schemas/growth/**/*.proto", recursive=True)]
    subprocess.run(["protoc", "-ISchemas", "--python_out=" + folder, *protos], check=True)
    sys.path.insert(0, folder)
    classes = {}
    for name, path in FILES.items():
        module = importlib.import_module(path[: -len(".proto")].replace("/", ".") + "_pb2")
        classes[name] = getattr(module, name.rsplit(".", 1)[1])
    return classes


def kcat_values(bootstrap, topic):
    """The committed values, each with its length before it, as kcat prints them."""
    out = subprocess.run(
        ["kcat", "-b", bootstrap, "-C", "-t", topic, "-o", "beginning", "-e", "-q",
         "-X", "isolation.level=read_committed", "-f", "%R%s"],
        check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    values, at = [], 0
    while at < len(out):
        (length,) = struct.unpack_from(">i", out, at)
        values.append(out[at + 4: at + 4 + length])
        at += 4 + length
    return values


def console_consumer_places(bootstrap, topic, count):
    """Partition and offset of each committed record, as Kafka's own consumer prints them."""
    out = subprocess.run(
        [os.environ["KAFKA_TOOLS"] + "/bin/kafka-console-consumer.sh", "--bootstrap-server", bootstrap, "--topic", topic,
         "--from-beginning", "--isolation-level", "read_committed", "--timeout-ms", "8000",
         "--formatter-property", "print.partition=true", "--formatter-property", "print.offset=true",
         "--formatter-property", "print.value=false"] + (["--max-messages", str(count)] if count else []),
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    return [line for line in out.splitlines() if line.startswith("Partition:")]


def main():
    bootstrap, _, summary_path, sent_prefix = sys.argv[1:]
    summary = json.load(open(summary_path))["items"][0]
    counts = summary["recordsByTopic"]
    with tempfile.TemporaryDirectory() as folder:
        classes = python_classes(folder)
        send_ids = set()
        for topic, (message, identity) in TOPICS.items():
            values = kcat_values(bootstrap, topic)
            expected = counts.get(topic, 0)
            assert len(values) == expected, f"{topic}: kcat reads {len(values)}, the summary says {expected}"
            ids = [identity(classes[message].FromString(value)) for value in values]
            assert len(set(ids)) == len(ids), f"{topic}: an id is there twice"
            if topic == "notification.sends.v1":
                send_ids = set(ids)
            if os.environ.get("KAFKA_TOOLS"):
                places = console_consumer_places(bootstrap, topic, expected)
                assert len(places) == expected, f"{topic}: the console consumer reads {len(places)} of {expected}"
                assert len(set(places)) == len(places), f"{topic}: the console consumer read an offset twice"
            for value in values[:5]:
                text = subprocess.run(
                    ["protoc", "-ISchemas", "--decode=" + message, FILES[message]], input=value, check=True,
                    stdout=subprocess.PIPE).stdout.decode()
                assert identity(classes[message].FromString(value)) in text, f"{topic}: protoc reads something else"
            print(f"  {topic}: {len(values)} records, each once")
        sent = []
        for path in glob.glob(sent_prefix + "*.jsonl"):
            for line in open(path):
                sent.append(json.loads(line))
        keys = {entry.get("sendId") or entry.get("idempotencyKey") for entry in sent}
        assert send_ids <= keys, f"{len(send_ids - keys)} sends never reached the provider"
        assert keys <= send_ids, f"{len(keys - send_ids)} messages were sent that nobody decided"
        print(f"  file provider: {len(sent)} lines for {len(send_ids)} sends")


main()
