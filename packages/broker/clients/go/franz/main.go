// What users of franz-go (kgo, kadm) do.
package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/twmb/franz-go/pkg/kadm"
	"github.com/twmb/franz-go/pkg/kgo"
	"github.com/twmb/franz-go/pkg/sasl/plain"

	"weir/clients/check"
)

var ctx = context.Background()

func place() []kgo.Opt {
	seeds := kgo.SeedBrokers(check.Addresses()...)
	if user, password := check.Credential(); user != "" {
		return []kgo.Opt{seeds, kgo.SASL(plain.Auth{User: user, Pass: password}.AsMechanism())}
	}
	return []kgo.Opt{seeds}
}

func client(options ...kgo.Opt) (*kgo.Client, error) {
	return kgo.NewClient(append(place(), options...)...)
}

func withAdmin(do func(*kadm.Client) error) error {
	c, err := client()
	if err != nil {
		return err
	}
	defer c.Close()
	return do(kadm.NewClient(c))
}

func makeTopic(topic string, partitions int32) error {
	return withAdmin(func(admin *kadm.Client) error {
		made, err := admin.CreateTopics(ctx, partitions, check.Replicas(), nil, topic)
		if err != nil {
			return err
		}
		return made.Error()
	})
}

func produce(topic string, count int, options ...kgo.Opt) error {
	c, err := client(append(options, kgo.DefaultProduceTopic(topic))...)
	if err != nil {
		return err
	}
	defer c.Close()
	records := make([]*kgo.Record, count)
	for at := range records {
		records[at] = kgo.KeySliceRecord(fmt.Appendf(nil, "key %d", at), fmt.Appendf(nil, "value %d", at))
		records[at].Headers = []kgo.RecordHeader{{Key: "at", Value: fmt.Append(nil, at)}}
	}
	return c.ProduceSync(ctx, records...).FirstErr()
}

// consume reads until it has so many records, or time is over; how often each value came.
func consume(count int, wait time.Duration, options ...kgo.Opt) (map[string]int, error) {
	c, err := client(append(options, kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
	if err != nil {
		return nil, err
	}
	defer c.Close()
	seen := map[string]int{}
	limited, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	for len(seen) < count {
		fetches := c.PollFetches(limited)
		if limited.Err() != nil {
			break
		}
		if errs := fetches.Errors(); len(errs) > 0 {
			return seen, errs[0].Err
		}
		fetches.EachRecord(func(record *kgo.Record) { seen[string(record.Value)]++ })
	}
	return seen, nil
}

func once(seen map[string]int, count int) error {
	if err := check.Same("different records", len(seen), count); err != nil {
		return err
	}
	for value, times := range seen {
		if times != 1 {
			return fmt.Errorf("%s came %d times", value, times)
		}
	}
	return nil
}

func everyCodec() error {
	topic := check.Name("franz-codecs")
	if err := makeTopic(topic, 3); err != nil {
		return err
	}
	codecs := []kgo.CompressionCodec{
		kgo.NoCompression(), kgo.GzipCompression(), kgo.SnappyCompression(), kgo.Lz4Compression(), kgo.ZstdCompression(),
	}
	for _, codec := range codecs {
		if err := produce(topic, 100, kgo.ProducerBatchCompression(codec)); err != nil {
			return err
		}
	}
	seen, err := consume(100, 20*time.Second, kgo.ConsumeTopics(topic))
	if err != nil {
		return err
	}
	total := 0
	for _, times := range seen {
		total += times
	}
	// The last poll may be of the middle of what there is.
	return check.Same("different records", len(seen), 100)
}

func groups(options ...kgo.Opt) error {
	topic, group := check.Name("franz-group"), check.Name("franz-group")
	if len(options) > 0 {
		topic, group = topic+"-next", group+"-next"
	}
	if err := makeTopic(topic, 6); err != nil {
		return err
	}
	if err := produce(topic, 600); err != nil {
		return err
	}
	var lock sync.Mutex
	seen := map[string]int{}
	var members sync.WaitGroup
	failures := make([]error, 3)
	reading, stop := context.WithTimeout(ctx, 60*time.Second)
	defer stop()
	for member := range failures {
		members.Go(func() {
			c, err := client(append(options, kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic),
				kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()))...)
			if err != nil {
				failures[member] = err
				return
			}
			defer c.Close()
			for reading.Err() == nil {
				fetches := c.PollFetches(reading)
				lock.Lock()
				fetches.EachRecord(func(record *kgo.Record) { seen[string(record.Value)]++ })
				if len(seen) == 600 {
					stop()
				}
				lock.Unlock()
				if err := c.CommitUncommittedOffsets(ctx); err != nil && reading.Err() == nil {
					failures[member] = err
				}
			}
		})
	}
	members.Wait()
	if err := errors.Join(failures...); err != nil {
		return err
	}
	if err := check.Same("different records", len(seen), 600); err != nil {
		return err
	}
	again, err := consume(1, 5*time.Second, append(options, kgo.ConsumerGroup(group), kgo.ConsumeTopics(topic))...)
	if err != nil {
		return err
	}
	return check.Same("records behind what was committed", len(again), 0)
}

func transactions() error {
	topic := check.Name("franz-transactions")
	if err := makeTopic(topic, 3); err != nil {
		return err
	}
	c, err := client(kgo.TransactionalID(check.Name("franz-id")), kgo.DefaultProduceTopic(topic))
	if err != nil {
		return err
	}
	defer c.Close()
	for round := range 10 {
		if err := c.BeginTransaction(); err != nil {
			return err
		}
		for at := range 20 {
			c.Produce(ctx, kgo.StringRecord(fmt.Sprintf("%d-%d", round, at)), nil)
		}
		if err := c.Flush(ctx); err != nil {
			return err
		}
		end := kgo.TransactionEndTry(round%2 == 0)
		if err := c.EndTransaction(ctx, end); err != nil {
			return err
		}
	}
	seen, err := consume(100, 40*time.Second, kgo.ConsumeTopics(topic), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		return err
	}
	if err := once(seen, 100); err != nil {
		return err
	}
	for round := 1; round < 10; round += 2 {
		if seen[fmt.Sprintf("%d-0", round)] > 0 {
			return fmt.Errorf("a record of transaction %d, which was aborted", round)
		}
	}
	all, err := consume(200, 40*time.Second, kgo.ConsumeTopics(topic))
	if err != nil {
		return err
	}
	return once(all, 200)
}

// exactlyOnce copies from one topic to another in transactions, aborting each third.
func exactlyOnce() error {
	from, to := check.Name("franz-from"), check.Name("franz-to")
	if err := errors.Join(makeTopic(from, 3), makeTopic(to, 3), produce(from, 300)); err != nil {
		return err
	}
	session, err := kgo.NewGroupTransactSession(append(place(), kgo.TransactionalID(check.Name("franz-copy")), kgo.ConsumerGroup(check.Name("franz-copy")),
		kgo.ConsumeTopics(from), kgo.ConsumeResetOffset(kgo.NewOffset().AtStart()),
		kgo.FetchIsolationLevel(kgo.ReadCommitted()), kgo.DefaultProduceTopic(to))...)
	if err != nil {
		return err
	}
	defer session.Close()
	limited, cancel := context.WithTimeout(ctx, 40*time.Second)
	defer cancel()
	copied := 0
	for round := 0; copied < 300 && limited.Err() == nil; round++ {
		fetches := session.PollRecords(limited, 40)
		if err := session.Begin(); err != nil {
			return err
		}
		produced := kgo.AbortingFirstErrPromise(session.Client())
		fetches.EachRecord(func(record *kgo.Record) {
			session.Produce(ctx, &kgo.Record{Key: record.Key, Value: record.Value}, produced.Promise())
		})
		failed := produced.Err()
		committed, err := session.End(ctx, kgo.TransactionEndTry(failed == nil && round%3 != 2))
		if err := errors.Join(failed, err); err != nil {
			return err
		}
		if committed {
			copied += fetches.NumRecords()
		}
	}
	seen, err := consume(300, 40*time.Second, kgo.ConsumeTopics(to), kgo.FetchIsolationLevel(kgo.ReadCommitted()))
	if err != nil {
		return err
	}
	return once(seen, 300)
}

func administration() error {
	topic := check.Name("franz-admin")
	if err := errors.Join(makeTopic(topic, 2), produce(topic, 50)); err != nil {
		return err
	}
	return withAdmin(func(admin *kadm.Client) error {
		value := "86400000"
		changed, err := admin.AlterTopicConfigs(ctx, []kadm.AlterConfig{{Name: "retention.ms", Value: &value}}, topic)
		if err != nil {
			return err
		}
		if _, err := changed.On(topic, func(response *kadm.AlterConfigsResponse) error { return response.Err }); err != nil {
			return err
		}
		configs, err := admin.DescribeTopicConfigs(ctx, topic)
		if err != nil {
			return err
		}
		kept := ""
		for _, config := range configs[0].Configs {
			if config.Key == "retention.ms" {
				kept = config.MaybeValue()
			}
		}
		if err := check.Same("retention.ms", kept, value); err != nil {
			return err
		}
		if _, err := admin.CreatePartitions(ctx, 1, topic); err != nil {
			return err
		}
		ends, err := admin.ListEndOffsets(ctx, topic)
		if err != nil {
			return err
		}
		total := int64(0)
		ends.Each(func(offset kadm.ListedOffset) { total += offset.Offset })
		if err := errors.Join(check.Same("records", total, 50), check.Same("partitions", len(ends[topic]), 3)); err != nil {
			return err
		}
		until := kadm.Offsets{}
		ends.Each(func(offset kadm.ListedOffset) { until.AddOffset(topic, offset.Partition, offset.Offset, -1) })
		if _, err := admin.DeleteRecords(ctx, until); err != nil {
			return err
		}
		starts, err := admin.ListStartOffsets(ctx, topic)
		if err != nil {
			return err
		}
		first := int64(0)
		starts.Each(func(offset kadm.ListedOffset) { first += offset.Offset })
		if err := check.Same("first offsets", first, 50); err != nil {
			return err
		}
		described, err := admin.DescribeGroups(ctx)
		if err == nil {
			err = described.Error()
		}
		if err != nil {
			return err
		}
		deleted, err := admin.DeleteTopics(ctx, topic)
		if err != nil {
			return err
		}
		return deleted.Error()
	})
}

func main() {
	check.Run(
		check.Deed{Name: "produce with every compression, and read it", Do: everyCodec},
		check.Deed{Name: "a group of three members, which goes on where it committed", Do: func() error { return groups() }},
		check.Deed{Name: "the same with groups of the new protocol (KIP-848)", Do: func() error {
			return groups(kgo.ServerSideBalancer())
		}},
		check.Deed{Name: "transactions, committed and aborted", Do: transactions},
		check.Deed{Name: "read, transform and write exactly once", Do: exactlyOnce},
		check.Deed{Name: "kadm's configs, partitions, offsets, deletion of records, groups and topics", Do: administration},
	)
}
