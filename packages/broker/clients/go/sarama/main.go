// What users of sarama do.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/IBM/sarama"

	"weir/clients/check"
)

func config() *sarama.Config {
	made := sarama.NewConfig()
	made.Producer.Return.Successes = true
	made.Producer.RequiredAcks = sarama.WaitForAll
	made.Consumer.Offsets.Initial = sarama.OffsetOldest
	if user, password := check.Credential(); user != "" {
		made.Net.SASL.Enable = true
		made.Net.SASL.User, made.Net.SASL.Password = user, password
	}
	return made
}

func makeTopic(topic string, partitions int32) error {
	admin, err := sarama.NewClusterAdmin(check.Addresses(), config())
	if err != nil {
		return err
	}
	defer admin.Close()
	detail := sarama.TopicDetail{NumPartitions: partitions, ReplicationFactor: check.Replicas()}
	if err := admin.CreateTopic(topic, &detail, false); err != nil {
		return err
	}
	// A client that was not there when it was made may ask a broker that has not heard of it.
	for range 50 {
		if described, err := admin.DescribeTopics([]string{topic}); err == nil && described[0].Err == sarama.ErrNoError {
			return nil
		}
		time.Sleep(100 * time.Millisecond)
	}
	return fmt.Errorf("%s is not there", topic)
}

func produce(topic string, count int, change func(*sarama.Config)) error {
	made := config()
	change(made)
	producer, err := sarama.NewSyncProducer(check.Addresses(), made)
	if err != nil {
		return err
	}
	defer producer.Close()
	messages := make([]*sarama.ProducerMessage, count)
	for at := range messages {
		messages[at] = &sarama.ProducerMessage{
			Topic: topic, Key: sarama.StringEncoder(fmt.Sprintf("key %d", at)), Value: sarama.StringEncoder(fmt.Sprintf("value %d", at)),
			Headers: []sarama.RecordHeader{{Key: []byte("at"), Value: []byte{byte(at)}}},
		}
	}
	return producer.SendMessages(messages)
}

// reader counts each value that a member of a group is given.
type reader struct {
	lock sync.Mutex
	seen map[string]int
	want int
	stop context.CancelFunc
}

func (r *reader) Setup(sarama.ConsumerGroupSession) error   { return nil }
func (r *reader) Cleanup(sarama.ConsumerGroupSession) error { return nil }
func (r *reader) ConsumeClaim(session sarama.ConsumerGroupSession, claim sarama.ConsumerGroupClaim) error {
	for {
		select {
		case message, open := <-claim.Messages():
			if !open {
				return nil
			}
			r.lock.Lock()
			r.seen[string(message.Value)]++
			if len(r.seen) == r.want {
				r.stop()
			}
			r.lock.Unlock()
			session.MarkMessage(message, "")
		case <-session.Context().Done():
			return nil
		}
	}
}

func consume(topic, group string, want, members int, wait time.Duration, change func(*sarama.Config)) (map[string]int, error) {
	reading, stop := context.WithTimeout(context.Background(), wait)
	defer stop()
	handler := &reader{seen: map[string]int{}, want: want, stop: stop}
	failures := make([]error, members)
	var all sync.WaitGroup
	for member := range failures {
		all.Go(func() {
			made := config()
			change(made)
			consumers, err := sarama.NewConsumerGroup(check.Addresses(), group, made)
			if err != nil {
				failures[member] = err
				return
			}
			defer consumers.Close()
			for reading.Err() == nil {
				if err := consumers.Consume(reading, []string{topic}, handler); err != nil && reading.Err() == nil {
					failures[member] = err
					return
				}
			}
		})
	}
	all.Wait()
	return handler.seen, errors.Join(failures...)
}

func asItIs(*sarama.Config) {}

func everyCodec() error {
	topic := check.Name("sarama-codecs")
	if err := makeTopic(topic, 3); err != nil {
		return err
	}
	for _, codec := range []sarama.CompressionCodec{
		sarama.CompressionNone, sarama.CompressionGZIP, sarama.CompressionSnappy, sarama.CompressionLZ4, sarama.CompressionZSTD,
	} {
		if err := produce(topic, 100, func(made *sarama.Config) { made.Producer.Compression = codec }); err != nil {
			return err
		}
	}
	seen, err := consume(topic, check.Name("sarama-codecs"), 100, 1, 30*time.Second, asItIs)
	if err != nil {
		return err
	}
	return check.Same("different records", len(seen), 100)
}

func groups() error {
	topic, group := check.Name("sarama-group"), check.Name("sarama-group")
	if err := errors.Join(makeTopic(topic, 6), produce(topic, 600, asItIs)); err != nil {
		return err
	}
	seen, err := consume(topic, group, 600, 3, 60*time.Second, asItIs)
	if err != nil {
		return err
	}
	if err := check.Same("different records", len(seen), 600); err != nil {
		return err
	}
	again, err := consume(topic, group, 1, 1, 5*time.Second, asItIs)
	if err != nil {
		return err
	}
	return check.Same("records behind what was committed", len(again), 0)
}

func transactions() error {
	topic := check.Name("sarama-transactions")
	if err := makeTopic(topic, 3); err != nil {
		return err
	}
	made := config()
	made.Producer.Idempotent = true
	made.Net.MaxOpenRequests = 1
	made.Producer.Transaction.ID = check.Name("sarama-id")
	producer, err := sarama.NewSyncProducer(check.Addresses(), made)
	if err != nil {
		return err
	}
	defer producer.Close()
	for round := range 10 {
		if err := producer.BeginTxn(); err != nil {
			return err
		}
		for at := range 20 {
			value := sarama.StringEncoder(fmt.Sprintf("%d-%d", round, at))
			if _, _, err := producer.SendMessage(&sarama.ProducerMessage{Topic: topic, Value: value}); err != nil {
				return err
			}
		}
		end := producer.CommitTxn
		if round%2 == 1 {
			end = producer.AbortTxn
		}
		if err := end(); err != nil {
			return err
		}
	}
	committed := func(made *sarama.Config) { made.Consumer.IsolationLevel = sarama.ReadCommitted }
	seen, err := consume(topic, check.Name("sarama-transactions"), 101, 1, 8*time.Second, committed)
	if err != nil {
		return err
	}
	for value, times := range seen {
		if times != 1 {
			return fmt.Errorf("%s came %d times", value, times)
		}
	}
	return check.Same("committed records", len(seen), 100)
}

func administration() error {
	topic := check.Name("sarama-admin")
	if err := errors.Join(makeTopic(topic, 2), produce(topic, 50, asItIs)); err != nil {
		return err
	}
	admin, err := sarama.NewClusterAdmin(check.Addresses(), config())
	if err != nil {
		return err
	}
	defer admin.Close()
	value := "86400000"
	entries := map[string]sarama.IncrementalAlterConfigsEntry{
		"retention.ms": {Operation: sarama.IncrementalAlterConfigsOperationSet, Value: &value},
	}
	if err := admin.IncrementalAlterConfig(sarama.TopicResource, topic, entries, false); err != nil {
		return err
	}
	configs, err := admin.DescribeConfig(sarama.ConfigResource{Type: sarama.TopicResource, Name: topic, ConfigNames: []string{"retention.ms"}})
	if err != nil {
		return err
	}
	if err := check.Same("retention.ms", configs[0].Value, value); err != nil {
		return err
	}
	if err := admin.CreatePartitions(topic, 3, nil, false); err != nil {
		return err
	}
	if err := admin.DeleteRecords(topic, map[int32]int64{0: -1}); err != nil {
		return err
	}
	if _, err := admin.ListConsumerGroups(); err != nil {
		return err
	}
	if _, _, err := admin.DescribeCluster(); err != nil {
		return err
	}
	if _, err := admin.DescribeLogDirs([]int32{1}); err != nil {
		return err
	}
	return admin.DeleteTopic(topic)
}

func main() {
	check.Run(
		check.Deed{Name: "produce with every compression, and read it", Do: everyCodec},
		check.Deed{Name: "a group of three members, which goes on where it committed", Do: groups},
		check.Deed{Name: "transactions, committed and aborted", Do: transactions},
		check.Deed{Name: "admin's configs, partitions, deletion of records, groups, log directories and topics", Do: administration},
	)
}
