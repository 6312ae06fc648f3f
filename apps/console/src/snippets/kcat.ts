import { fetchCa, firstTopic, type Snippet, tlsLines } from './snippet.ts';

export const kcat: Snippet = {
  id: 'kcat',
  name: 'kcat',
  needs: 'kcat (apt install kcat, brew install kcat)',
  code: ({ bootstrap, keyId, secret }) => `${fetchCa(bootstrap)}cat > weir.conf <<'EOF'
bootstrap.servers=${bootstrap.servers}
security.protocol=${bootstrap.protocol}
${tlsLines(bootstrap, { byFile: (file) => `ssl.ca.location=${file}\n` })}sasl.mechanism=SCRAM-SHA-256
sasl.username=${keyId}
sasl.password=${secret}
auto.offset.reset=earliest
EOF
echo 'Hello from kcat' | kcat -F weir.conf -t ${firstTopic} -P
kcat -F weir.conf -G kcat-readers -c 1 ${firstTopic}`,
};
