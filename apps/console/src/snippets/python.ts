import { fetchCa, firstTopic, type Snippet, tlsLines } from './snippet.ts';

export const python: Snippet = {
  id: 'python',
  name: 'Python',
  needs: 'Python 3.9 or newer',
  code: ({ bootstrap, keyId, secret }) => `mkdir -p weir-python && cd weir-python
python3 -m venv .venv && .venv/bin/pip install --quiet confluent-kafka
${fetchCa(bootstrap)}cat > hello.py <<'EOF'
from confluent_kafka import Consumer, Producer

connection = {
    "bootstrap.servers": "${bootstrap.servers}",
    "security.protocol": "${bootstrap.protocol}",
${tlsLines(bootstrap, { byFile: (file) => `    "ssl.ca.location": "${file}",\n` })}    "sasl.mechanism": "SCRAM-SHA-256",
    "sasl.username": "${keyId}",
    "sasl.password": "${secret}",
}

producer = Producer(connection)
producer.produce("${firstTopic}", key="python", value="Hello from Python")
producer.flush()

consumer = Consumer({**connection, "group.id": "python-readers", "auto.offset.reset": "earliest"})
consumer.subscribe(["${firstTopic}"])
message = None
while message is None:
    message = consumer.poll(1.0)
    if message is not None and message.error():
        raise SystemExit(message.error())
print(f"{message.topic()} {message.partition()}/{message.offset()}: {message.value().decode()}")
consumer.commit(message, asynchronous=False)
consumer.close()
EOF
.venv/bin/python hello.py`,
};
