import { fetchCa, firstTopic, listed, type Snippet, tlsLines } from './snippet.ts';

export const kafkajs: Snippet = {
  id: 'kafkajs',
  name: 'KafkaJS',
  needs: 'Node 18 or newer',
  code: ({ bootstrap, keyId, secret }) => `mkdir -p weir-kafkajs && cd weir-kafkajs
npm init --yes > /dev/null && npm install kafkajs
${fetchCa(bootstrap)}cat > hello.cjs <<'EOF'
const { Kafka } = require('kafkajs');
${tlsLines(bootstrap, { byFile: () => "const { readFileSync } = require('node:fs');\n" })}
const kafka = new Kafka({
  clientId: 'hello-kafkajs',
  brokers: [${listed(bootstrap, "'")}],
${tlsLines(bootstrap, { trusted: '  ssl: true,\n', byFile: (file) => `  ssl: { ca: readFileSync('${file}') },\n` })}  sasl: { mechanism: 'scram-sha-256', username: '${keyId}', password: '${secret}' },
});

async function main() {
  const producer = kafka.producer();
  await producer.connect();
  await producer.send({ topic: '${firstTopic}', messages: [{ key: 'kafkajs', value: 'Hello from KafkaJS' }] });
  await producer.disconnect();

  const consumer = kafka.consumer({ groupId: 'kafkajs-readers' });
  await consumer.connect();
  await consumer.subscribe({ topic: '${firstTopic}', fromBeginning: true });
  await new Promise((resolve, reject) => {
    const eachMessage = async ({ topic, partition, message }) => {
      console.log(\`\${topic} \${partition}/\${message.offset}: \${message.value}\`);
      const next = (BigInt(message.offset) + 1n).toString();
      await consumer.commitOffsets([{ topic, partition, offset: next }]);
      resolve();
    };
    consumer.run({ autoCommit: false, eachMessage }).catch(reject);
  });
  await consumer.disconnect();
}

main();
EOF
node hello.cjs`,
};
