import { firstTopic, type Snippet } from './snippet.ts';

export const kcat: Snippet = {
  id: 'kcat',
  name: 'kcat',
  needs: 'kcat (apt install kcat, brew install kcat)',
  code: ({ bootstrap, keyId, secret }) => `cat > weir.conf <<'EOF'
bootstrap.servers=${bootstrap}
security.protocol=SASL_PLAINTEXT
sasl.mechanism=SCRAM-SHA-256
sasl.username=${keyId}
sasl.password=${secret}
auto.offset.reset=earliest
EOF
echo 'Hello from kcat' | kcat -F weir.conf -t ${firstTopic} -P
kcat -F weir.conf -G kcat-readers -c 1 ${firstTopic}`,
};
