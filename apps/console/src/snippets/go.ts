import { fetchCa, firstTopic, listed, type Snippet, tlsLines } from './snippet.ts';

const readRoots = (file: string) => `	pem, err := os.ReadFile("${file}")
	if err != nil {
		log.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
`;

export const go: Snippet = {
  id: 'go',
  name: 'Go',
  needs: 'Go 1.22 or newer',
  code: ({ bootstrap, keyId, secret }) => `mkdir -p weir-go && cd weir-go
${fetchCa(bootstrap)}cat > main.go <<'EOF'
package main

import (
	"context"
${tlsLines(bootstrap, { byFile: () => '\t"crypto/tls"\n\t"crypto/x509"\n' })}	"fmt"
	"log"
${tlsLines(bootstrap, { byFile: () => '\t"os"\n' })}
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

func main() {
	ctx := context.Background()
	auth := scram.Auth{User: "${keyId}", Pass: "${secret}"}
${tlsLines(bootstrap, { byFile: readRoots })}	client, err := kgo.NewClient(
		kgo.SeedBrokers(${listed(bootstrap, '"')}),
${tlsLines(bootstrap, { trusted: '\t\tkgo.DialTLS(),\n', byFile: () => '\t\tkgo.DialTLSConfig(&tls.Config{RootCAs: roots}),\n' })}		kgo.SASL(auth.AsSha256Mechanism()),
		kgo.AllowAutoTopicCreation(),
		kgo.ConsumeTopics("${firstTopic}"),
		kgo.ConsumerGroup("go-readers"),
		kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
	)
	if err != nil {
		log.Fatal(err)
	}
	defer client.Close()

	record := &kgo.Record{Topic: "${firstTopic}", Key: []byte("go"), Value: []byte("Hello from Go")}
	if err := client.ProduceSync(ctx, record).FirstErr(); err != nil {
		log.Fatal(err)
	}
	fetches := client.PollFetches(ctx)
	if err := fetches.Err(); err != nil {
		log.Fatal(err)
	}
	first := fetches.Records()[0]
	fmt.Printf("%s %d/%d: %s\\n", first.Topic, first.Partition, first.Offset, first.Value)
	if err := client.CommitUncommittedOffsets(ctx); err != nil {
		log.Fatal(err)
	}
}
EOF
[ -f go.mod ] || go mod init weir-go
go mod tidy && go run .`,
};
