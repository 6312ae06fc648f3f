import { z } from 'zod';

/** Kafka REST v3 has its own, flatter envelope. */
export const KafkaMetadata = z
  .object({ self: z.url(), resource_name: z.string() })
  .meta({ id: 'KafkaMetadata' });

export const KafkaListMetadata = z
  .object({ self: z.url(), next: z.url().nullable() })
  .meta({ id: 'KafkaListMetadata' });

export const Related = z.object({ related: z.url() });

export const kafkaList = <Kind extends string, Item extends z.ZodType>(kind: Kind, item: Item) =>
  z.object({ kind: z.literal(kind), metadata: KafkaListMetadata, data: z.array(item) });
