import { fetchCa, firstTopic, listed, type Snippet, tlsLines } from './snippet.ts';

export const nodePlatformatic: Snippet = {
  id: 'node',
  name: 'Node',
  needs: 'Node 22 or newer',
  code: ({ bootstrap, keyId, secret }) => `mkdir -p weir-node && cd weir-node
npm init --yes > /dev/null && npm install @platformatic/kafka
${fetchCa(bootstrap)}cat > hello.mjs <<'EOF'
${tlsLines(bootstrap, { byFile: () => "import { readFileSync } from 'node:fs';\n" })}import { Consumer, Producer, stringDeserializers, stringSerializers } from '@platformatic/kafka';

const connection = {
  clientId: 'hello-node',
  bootstrapBrokers: [${listed(bootstrap, "'")}],
${tlsLines(bootstrap, { trusted: '  tls: {},\n', byFile: (file) => `  tls: { ca: readFileSync('${file}') },\n` })}  sasl: { mechanism: 'SCRAM-SHA-256', username: '${keyId}', password: '${secret}' },
};

const producer = new Producer({ ...connection, serializers: stringSerializers, autocreateTopics: true });
await producer.send({ messages: [{ topic: '${firstTopic}', key: 'node', value: 'Hello from Node' }] });
await producer.close();

const consumer = new Consumer({ ...connection, groupId: 'node-readers', deserializers: stringDeserializers });
const stream = await consumer.consume({ topics: ['${firstTopic}'], mode: 'committed', fallbackMode: 'earliest' });
for await (const message of stream) {
  console.log(\`\${message.topic} \${message.partition}/\${message.offset}: \${message.value}\`);
  await message.commit();
  break;
}
await consumer.close(true);
EOF
node hello.mjs`,
};
