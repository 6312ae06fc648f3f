import { firstTopic, listed, type Snippet } from './snippet.ts';

export const go: Snippet = {
  id: 'go',
  name: 'Go',
  needs: 'Go 1.22 or newer',
  code: ({ bootstrap, keyId, secret }) => `mkdir -p weir-go && cd weir-go
cat > main.go <<'EOF'
package main

import (
	"context"
	"fmt"
	"log"

	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/scram"
)

func main() {
	ctx := context.Background()
	auth := scram.Auth{User: "${keyId}", Pass: "${secret}"}
	client, err := kgo.NewClient(
		kgo.SeedBrokers(${listed(bootstrap, '"')}),
		kgo.SASL(auth.AsSha256Mechanism()),
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
