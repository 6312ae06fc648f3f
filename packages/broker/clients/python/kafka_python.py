"""What users of kafka-python do."""

import time

from kafka import KafkaAdminClient, KafkaConsumer, KafkaProducer
from kafka.admin import NewTopic

import check

PLACE = {"bootstrap_servers": check.BOOTSTRAP.split(",")}
if check.USERNAME:
    PLACE |= {
        "security_protocol": "SASL_PLAINTEXT",
        "sasl_mechanism": "PLAIN",
        "sasl_plain_username": check.USERNAME,
        "sasl_plain_password": check.PASSWORD,
    }


def make_topic(topic, partitions):
    admin = KafkaAdminClient(**PLACE)
    admin.create_topics([NewTopic(topic, num_partitions=partitions, replication_factor=check.REPLICAS)])
    admin.close()


def produce(topic, count, **options):
    producer = KafkaProducer(**PLACE, **options)
    sent = [producer.send(topic, key=b"key %d" % at, value=b"value %d" % at) for at in range(count)]
    for each in sent:
        each.get(timeout=40)
    producer.close()


def consume(topic, group, want, wait):
    consumer = KafkaConsumer(topic, group_id=group, auto_offset_reset="earliest", **PLACE)
    seen, until = {}, time.monotonic() + wait
    while len(seen) < want and time.monotonic() < until:
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                seen[record.value] = seen.get(record.value, 0) + 1
    consumer.close()
    return seen


def every_codec():
    topic = check.name("kafka-python-codecs")
    make_topic(topic, 3)
    for codec in [None, "gzip"]:
        produce(topic, 100, compression_type=codec, acks="all")
    check.same("different records", len(consume(topic, check.name("kafka-python-codecs"), 100, 40)), 100)


def groups():
    topic, group = check.name("kafka-python-group"), check.name("kafka-python-group")
    make_topic(topic, 4)
    produce(topic, 200)
    check.same("different records", len(consume(topic, group, 200, 40)), 200)
    check.same("records behind what was committed", consume(topic, group, 1, 8), {})


check.run(
    ("produce with and without compression, and read it", every_codec),
    ("a group, which goes on where it committed", groups),
)
