// What users of segmentio/kafka-go do.
package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/segmentio/kafka-go"
	"github.com/segmentio/kafka-go/sasl"
	"github.com/segmentio/kafka-go/sasl/plain"

	"weir/clients/check"
)

var ctx = context.Background()

func mechanism() sasl.Mechanism {
	if user, password := check.Credential(); user != "" {
		return plain.Mechanism{Username: user, Password: password}
	}
	return nil
}

func client() *kafka.Client {
	return &kafka.Client{Addr: kafka.TCP(check.Addresses()...), Transport: &kafka.Transport{SASL: mechanism()}, Timeout: 20 * time.Second}
}

func makeTopic(topic string, partitions int) error {
	config := kafka.TopicConfig{Topic: topic, NumPartitions: partitions, ReplicationFactor: int(check.Replicas())}
	made, err := client().CreateTopics(ctx, &kafka.CreateTopicsRequest{Topics: []kafka.TopicConfig{config}})
	if err != nil {
		return err
	}
	return made.Errors[topic]
}

func produce(topic string, count int, codec kafka.Compression) error {
	writer := &kafka.Writer{
		Addr: kafka.TCP(check.Addresses()...), Topic: topic, RequiredAcks: kafka.RequireAll, Compression: codec,
		Transport: &kafka.Transport{SASL: mechanism()}, BatchTimeout: 10 * time.Millisecond,
	}
	defer writer.Close()
	messages := make([]kafka.Message, count)
	for at := range messages {
		messages[at] = kafka.Message{Key: fmt.Appendf(nil, "key %d", at), Value: fmt.Appendf(nil, "value %d", at)}
	}
	// It does not retry where a topic that was just made is not known to a broker yet.
	var err error
	for range 20 {
		err = writer.WriteMessages(ctx, messages...)
		if !errors.Is(err, kafka.UnknownTopicOrPartition) {
			return err
		}
		time.Sleep(200 * time.Millisecond)
	}
	return err
}

func consume(topic, group string, want int, wait time.Duration) (map[string]int, error) {
	reader := kafka.NewReader(kafka.ReaderConfig{
		Brokers: check.Addresses(), Topic: topic, GroupID: group, StartOffset: kafka.FirstOffset, MaxWait: 500 * time.Millisecond,
		Dialer: &kafka.Dialer{Timeout: 10 * time.Second, SASLMechanism: mechanism()},
	})
	defer reader.Close()
	reading, stop := context.WithTimeout(ctx, wait)
	defer stop()
	seen := map[string]int{}
	for len(seen) < want {
		message, err := reader.FetchMessage(reading)
		if errors.Is(err, context.DeadlineExceeded) {
			return seen, nil
		}
		var away net.Error
		if err != nil && !errors.As(err, &away) {
			return seen, err
		}
		seen[string(message.Value)]++
		if err := reader.CommitMessages(ctx, message); err != nil {
			return seen, err
		}
	}
	return seen, nil
}

func everyCodec() error {
	topic := check.Name("kafkago-codecs")
	if err := makeTopic(topic, 3); err != nil {
		return err
	}
	for _, codec := range []kafka.Compression{0, kafka.Gzip, kafka.Snappy, kafka.Lz4, kafka.Zstd} {
		if err := produce(topic, 100, codec); err != nil {
			return err
		}
	}
	seen, err := consume(topic, check.Name("kafkago-codecs"), 100, 40*time.Second)
	if err != nil {
		return err
	}
	return check.Same("different records", len(seen), 100)
}

func groups() error {
	topic, group := check.Name("kafkago-group"), check.Name("kafkago-group")
	if err := errors.Join(makeTopic(topic, 4), produce(topic, 100, 0)); err != nil {
		return err
	}
	seen, err := consume(topic, group, 100, 40*time.Second)
	if err != nil {
		return err
	}
	if err := check.Same("different records", len(seen), 100); err != nil {
		return err
	}
	again, err := consume(topic, group, 1, 8*time.Second)
	if err != nil {
		return err
	}
	return check.Same("records behind what was committed", len(again), 0)
}

func administration() error {
	topic := check.Name("kafkago-admin")
	if err := errors.Join(makeTopic(topic, 2), produce(topic, 50, 0)); err != nil {
		return err
	}
	offsets, err := client().ListOffsets(ctx, &kafka.ListOffsetsRequest{Topics: map[string][]kafka.OffsetRequest{
		topic: {kafka.LastOffsetOf(0), kafka.LastOffsetOf(1)},
	}})
	if err != nil {
		return err
	}
	total := int64(0)
	for _, partition := range offsets.Topics[topic] {
		total += partition.LastOffset
	}
	if err := check.Same("records", total, 50); err != nil {
		return err
	}
	if _, err := client().Metadata(ctx, &kafka.MetadataRequest{Topics: []string{topic}}); err != nil {
		return err
	}
	deleted, err := client().DeleteTopics(ctx, &kafka.DeleteTopicsRequest{Topics: []string{topic}})
	if err != nil {
		return err
	}
	return deleted.Errors[topic]
}

func main() {
	check.Run(
		check.Deed{Name: "produce with every compression, and read it", Do: everyCodec},
		check.Deed{Name: "a group, which goes on where it committed", Do: groups},
		check.Deed{Name: "offsets, metadata and deletion of topics", Do: administration},
	)
}
